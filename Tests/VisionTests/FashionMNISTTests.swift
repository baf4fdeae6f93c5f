import Foundation
import Support
import TestSupport
import Testing
import Vision

@Suite struct FashionMNISTTests {
  private let installed = "/usr/share/datasets/fashion-mnist"

  @Test func sharesOneCopy() throws {
    let first = try FashionMNIST.load()
    let second = try FashionMNIST.load()
    #expect(first === second)
    #expect(first.train.count == 60000 && first.test.count == 10000)
    #expect(first.train.pixels.count == 60000 * 28 * 28)
    #expect(Array(first.train.labels.prefix(5)) == [9, 0, 0, 3, 0])
  }

  @Test func searchesTheUsersFolderFirst() {
    #expect(
      FashionMNIST.folders(environment: ["GFNET_LAB_DATA": "/data"])
        == ["/data/fashion-mnist", "/data", "/usr/share/datasets/fashion-mnist"])
    #expect(FashionMNIST.folders(environment: ["GFNET_LAB_DATA": ""]) == [FilePath(installed)])
    #expect(FashionMNIST.folders(environment: [:]) == [FilePath(installed)])
  }

  @Test func readsFromTheUsersFolder() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: (folder.path / "fashion-mnist").string, withDestinationPath: installed)
    let own = FashionMNIST.folders(environment: ["GFNET_LAB_DATA": folder.path.string])
    let data = try FashionMNIST.load(from: own)
    #expect(try data !== FashionMNIST.load())
    #expect(try data.test.labels == FashionMNIST.load().test.labels)
  }

  @Test func saysHowToGetTheData() throws {
    let folder = try TemporaryFolder()
    #expect { try FashionMNIST.load(from: [folder.path]) } throws: { error in
      let line = "\(error)"
      return line.contains("sudo apt-get install dataset-fashion-mnist") && line.contains("GFNET_LAB_DATA")
        && line.contains(folder.path.shown) && !line.contains("\n")
    }
  }

  /// Completes a folder that has some of the files.
  private func linkTheOthers(in folder: TemporaryFolder) throws {
    for file in try FileManager.default.contentsOfDirectory(atPath: installed)
    where !FileManager.default.fileExists(atPath: "\(folder.path)/\(file)") {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(file)", withDestinationPath: "\(installed)/\(file)")
    }
  }

  @Test func namesTheMissingFile() throws {
    let folder = try TemporaryFolder()
    let images = "train-images-idx3-ubyte.gz"
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/\(images)", withDestinationPath: "\(installed)/\(images)")
    #expect { try FashionMNIST.load(from: [folder.path]) } throws: { error in
      "\(error)".hasPrefix(
        "the file train-labels-idx1-ubyte.gz of Fashion-MNIST is not in \(folder.path): run `sudo apt-get")
    }
  }

  @Test func refusesFilesOfAnotherSize() throws {
    let folder = try TemporaryFolder()
    let small = idx([1, 28, 28], Array(repeating: 0, count: 784))
    let path = try folder.write(Gzip.member(small), "train-images-idx3-ubyte.gz")
    try linkTheOthers(in: folder)
    #expect(
      throws: DatasetError.damaged(
        path: path.shown, reason: "has dimensions [1, 28, 28], expected [60000, 28, 28]")
    ) { try FashionMNIST.load(from: [folder.path]) }
  }

  @Test func refusesLabelsBeyondTheClasses() throws {
    let folder = try TemporaryFolder()
    var labels = [UInt8](repeating: 0, count: 60000)
    labels[41] = 10
    let path = try folder.write(Gzip.member(idx([60000], labels)), "train-labels-idx1-ubyte.gz")
    try linkTheOthers(in: folder)
    #expect(
      throws: DatasetError.damaged(path: path.shown, reason: "has label 10 for image 42, expected 0 to 9")
    ) {
      try FashionMNIST.load(from: [folder.path])
    }
  }
}

import Foundation
import Support
import TestSupport
import Testing
import Vision

@Suite struct FolderDatasetTests {
  /// Copies pictures of the fixtures: [place in the folder: name].
  private func folder(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (place, name) in files {
      let target = folder.path / place
      try FileManager.default.createDirectory(
        atPath: target.folder.string, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: ImageFixtures.path(name).string, toPath: target.string)
    }
    return folder
  }

  private func small() throws -> ImageTransform { try .evaluation(size: 8) }

  private func names(_ data: FolderDataset) -> [String] {
    (0..<data.count).map { "\(data.label(at: $0)):\(data.itemName(at: $0))" }
  }

  @Test func listsClassesAndFilesInTorchvisionsOrder() throws {
    let files = try folder([
      "b/2.png": "rgb.png", "b/10.JPG": "colour.jpg", "b/z/1.gif": "palette.gif", "b/notes.txt": "index.json",
      "B/1.bmp": "colour.bmp", "ä/1.tif": "colour.tif", "a b/1.webp": "lossy.webp",
      ".hidden/1.png": "rgb.png",
      "b/.1.png": "rgb.png", "readme.md": "index.json",
    ])
    let data = try FolderDataset(path: files.path, transform: small())
    #expect(data.labels == ["B", "a b", "b", "ä"])
    #expect(
      names(data) == ["0:B/1.bmp", "1:a b/1.webp", "2:b/10.JPG", "2:b/2.png", "2:b/z/1.gif", "3:ä/1.tif"])
    #expect(data.imageSize == (8, 8) && data.channels == 3 && data.normalization == .imageNet)
    for i in 0..<data.count {
      let picture = try ImageDecoder.decode(contentsOf: files.path / data.itemName(at: i))
      #expect(try data.item(at: i) == small().apply(picture, CounterRandom(seed: 1, stream: "")).pixels)
    }
  }

  @Test func followsLinksButNotInCircles() throws {
    let files = try folder(["a/1.png": "rgb.png", "b/1.png": "rgb.png"])
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: (files.path / "a/back").string, withDestinationPath: (files.path / "a").string)
    try manager.createSymbolicLink(
      atPath: (files.path / "c").string, withDestinationPath: (files.path / "b").string)
    try manager.createSymbolicLink(
      atPath: (files.path / "a/gone.png").string, withDestinationPath: "/nowhere.png")
    let data = try FolderDataset(path: files.path, transform: small())
    #expect(names(data) == ["0:a/1.png", "1:b/1.png", "2:c/1.png"])
  }

  /// What is said of the folder `name` in `files`, which is called F; empty where nothing is wrong.
  private func problem(
    _ files: TemporaryFolder, _ name: String, _ change: (inout FolderDataset.Options) -> Void = { _ in }
  ) -> String {
    var options = FolderDataset.Options()
    change(&options)
    do {
      _ = try FolderDataset(path: files.path / name, transform: small(), options: options)
      return ""
    } catch { return "\(error)".replacingOccurrences(of: files.path.shown, with: "F") }
  }

  @Test func saysInOneLineWhatIsWrongWithAFolder() throws {
    let files = try folder(["val/a/1.png": "rgb.png", "val/b/1.txt": "index.json"])
    #expect(
      problem(files, "val")
        == "F/val: the class 'b' has no pictures (files ending in bmp, dib, gif, jfif, jpe, jpeg, jpg, pbm, pgm, png, pnm, ppm, tif, tiff, webp)"
    )
    #expect(problem(files, "nothing") == "F/nothing is not a folder")
    #expect(problem(files, "") { $0.split = "vla" } == "F/vla is not a folder; did you mean 'val'?")
    #expect(
      problem(files, "val/a") == "F/val/a: there are no folders in it, expected one for each class")
    #expect(
      problem(files, "val") { $0.classes = ["a", "c"] }
        == "F/val: the folder 'b' is none of the 2 classes that were named: 'a', 'c'")
  }

  @Test(.enabled(if: getuid() != 0, "the administrator can read everything"))
  func aFolderThatCannotBeReadIsNamed() throws {
    let files = try folder(["val/a/1.png": "rgb.png"])
    chmod((files.path / "val/a").string, 0)
    #expect(problem(files, "val") == "cannot read folder F/val/a: Permission denied")
    chmod((files.path / "val/a").string, 0o700)
  }

  @Test func aFileOfClassesGivesOrderAndNames() throws {
    let files = try folder(["n2/1.png": "rgb.png", "n1/1.png": "rgb.png"])
    let list = try files.write(Array("n2 tench, Tinca tinca\n\nn3\tgoldfish\nn1\n".utf8), "classes.txt")
    var options = FolderDataset.Options()
    options.labelFile = list
    let data = try FolderDataset(path: files.path, transform: small(), options: options)
    #expect(data.labels == ["tench, Tinca tinca", "goldfish", "n1"])
    #expect(names(data) == ["0:n2/1.png", "2:n1/1.png"])
  }

  @Test func aFileOfPicturesGivesTheirClasses() throws {
    let files = try folder(["1.png": "rgb.png", "sub/2.jpg": "colour.jpg"])
    var options = FolderDataset.Options()
    options.labelFile = try files.write(Array("sub/2.jpg 3\n1.png 0\n".utf8), "numbers.txt")
    let numbered = try FolderDataset(path: files.path, transform: small(), options: options)
    #expect(numbered.labels == ["1", "2", "3", "4"] && names(numbered) == ["3:sub/2.jpg", "0:1.png"])
    options.labelFile = try files.write(Array("sub/2.jpg dog\n1.png a cat\n".utf8), "names.txt")
    let named = try FolderDataset(path: files.path, transform: small(), options: options)
    #expect(named.labels == ["a cat", "dog"] && names(named) == ["1:sub/2.jpg", "0:1.png"])
    for (text, reason) in [
      ("1.png 1\n1.png 2\n", "line 2: '1.png' is there twice"), ("1.png -1\n", "line 1: the class is -1"),
      ("1.png\n", "line 1: '1.png' has no class"), ("no.png 1\n", "No such file"), ("", "is empty"),
    ] {
      options.labelFile = try files.write(Array(text.utf8), "bad.txt")
      #expect {
        try FolderDataset(path: files.path, transform: small(), options: options)
      } throws: { "\($0)".contains(reason) }
    }
  }

  /// However the lines of a file end, and whatever mark begins it, it says the same.
  @Test(arguments: [
    "n2 tench, Tinca tinca\n\nn3\tgoldfish\nn1\nmy folder\tname of it",
    "n1/1.png 3\nn2/1.png 0\n\nmy folder/1.png\t3",
    "n1/1.png dog\nn2/1.png a cat\nmy folder/1.png\tdog",
    "path,class\nn1/1.png,dog\nn2/1.png,a cat\nmy folder/1.png,dog",
    "n2/1.png,0\nmy folder/1.png,2\nn1/1.png,0",
  ])
  func linesOfFilesMayEndInAnyWay(_ text: String) throws {
    let files = try folder(["n1/1.png": "rgb.png", "n2/1.png": "rgb.png", "my folder/1.png": "rgb.png"])
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.utf8) }
    let (lf, crlf, cr): ([UInt8], [UInt8], [UInt8]) = ([10], [13, 10], [13])
    func data(_ ends: [[UInt8]], mark: Bool, lastEnd: Bool) throws -> FolderDataset {
      var bytes: [UInt8] = mark ? [0xEF, 0xBB, 0xBF] : []
      for (number, line) in lines.enumerated() {
        bytes += line
        if number < lines.count - 1 || lastEnd { bytes += ends[number % ends.count] }
      }
      var options = FolderDataset.Options()
      options.labelFile = try files.write(bytes, "list.txt")
      return try FolderDataset(path: files.path, transform: small(), options: options)
    }
    let plain = try data([lf], mark: false, lastEnd: true)
    #expect(plain.count == 3)
    for ends in [[lf], [crlf], [cr], [lf, crlf, cr], [crlf, lf], [crlf, cr]] {
      for mark in [false, true] {
        for lastEnd in [false, true] {
          let other = try data(ends, mark: mark, lastEnd: lastEnd)
          let how = "\(ends), mark \(mark), last end \(lastEnd)"
          #expect(other.labels == plain.labels && other.labelNames == plain.labelNames, "\(how)")
          #expect(names(other) == names(plain), "\(how)")
        }
      }
    }
  }

  private func problem(_ body: () throws -> FolderDataset) -> String {
    do {
      return try body().labels.joined(separator: "|")
    } catch { return "\(error)" }
  }

  /// One slip must not turn numbers into names that are sorted as text.
  @Test func listsOfPicturesAreNumbersOrNames() throws {
    let files = try folder(["1.png": "rgb.png", "2.png": "rgb.png"])
    var options = FolderDataset.Options()
    for (text, reason) in [
      (
        "1.png 0\n2.png 11,\n", "line 2: the class is '11,', but '0' on line 1; expected numbers on all lines"
      ),
      ("1.png dog\n2.png 1\n", "line 2: the class is '1', but 'dog' on line 1"),
      ("1.png 0x1\n2.png 0x2\n", "line 1: the class is '0x1', expected a whole number in digits from 0 to 9"),
      (
        "1.png 1\n2.png 99999999999999999999\n",
        "line 2: the class is '99999999999999999999', expected a whole"
      ),
      ("1.png ٣\n2.png ٤\n", "line 1: the class is '٣', expected a whole number"),
      ("1.png 1.0\n2.png 2.0\n", "line 1: the class is '1.0', expected a whole number"),
      ("1.png 1000000\n", "line 1: the class is 1000000, expected 0 or more"),
    ] {
      options.labelFile = try files.write(Array(text.utf8), "list.txt")
      let message = problem { try FolderDataset(path: files.path, transform: small(), options: options) }
      #expect(message.contains(reason), "\(message)")
    }
  }

  @Test func commasMayDividePicturesAndClasses() throws {
    let files = try folder(["1.png": "rgb.png", "my cat.png": "rgb.png"])
    var options = FolderDataset.Options()
    func listed(_ text: String, classes: [ClassName]? = nil) throws -> String {
      options.labelFile = try files.write(Array(text.utf8), "list.csv")
      options.classes = classes
      return problem {
        let data = try FolderDataset(path: files.path, transform: small(), options: options)
        #expect(names(data) == ["1:my cat.png", "0:1.png"])
        return data
      }
    }
    #expect(try listed("my cat.png,1\n1.png,0\n") == "1|2")
    #expect(try listed("file,class\r\nmy cat.png , 1\r\n1.png,0\r\n") == "1|2")
    #expect(try listed("my cat.png,dog\n1.png,cat") == "cat|dog")
    #expect(try listed("my cat.png\tdog\n1.png\tcat") == "cat|dog")
    #expect(try listed("my cat.png,1\n1.png,0\n", classes: ["a", "b", "c"]) == "a|b|c")
    #expect(try listed("my cat.png,ant\n1.png,bee\n", classes: ["bee", "ant"]) == "bee|ant")
    #expect(try listed("1.png,0\n2.png 1\n").contains("line 2: '2.png 1' is not PICTURE,class"))
    #expect(
      try listed("1.png,ant\n", classes: ["bee"])
        .contains("line 1: the class 'ant' is none of the 1 classes that were named: 'bee'"))
    #expect(
      try listed("first,second\n", classes: ["a"]).contains(
        "line 1: 'first,second' is neither 'PICTURE class' nor 'PICTURE,class', and"))
  }

  @Test func foldersWithBlanksAreNamed() throws {
    let files = try folder(["red circle/1.png": "rgb.png", "red/1.png": "rgb.png", "b c/1.png": "rgb.png"])
    var options = FolderDataset.Options()
    options.labelFile = try files.write(Array("red circle\nb c\ta name\nred red things\n".utf8), "l.txt")
    let data = try FolderDataset(path: files.path, transform: small(), options: options)
    #expect(data.labels == ["red circle", "a name", "red things"])
    #expect(names(data) == ["0:red circle/1.png", "1:b c/1.png", "2:red/1.png"])
    options.labelFile = try files.write(Array("green circle\nb c\n".utf8), "l.txt")
    let message = problem { try FolderDataset(path: files.path, transform: small(), options: options) }
    #expect(
      message.hasSuffix("the folder 'red' is none of the 2 classes that were named: 'green', 'b c'"),
      "\(message)")
  }

  @Test func damagedPicturesAreLeftOutAndNamed() throws {
    let files = try folder([
      "a/1.png": "rgb.png", "a/2.png": "broken/cut.png", "a/3.png": "broken/huge.png",
      "b/4.jpg": "colour.jpg",
      "b/5.jpg": "broken/empty.jpg", "b/6.gif": "palette.gif",
    ])
    let data = try FolderDataset(path: files.path, transform: small())
    var seen: [Int] = []
    try BatchLoader(data, batchSize: 2).epoch(0).forEach { batch in
      #expect(batch.labels == batch.indices.map { data.label(at: $0) })
      #expect(batch.pixels.count == batch.count * data.itemBytes)
      for (place, index) in batch.indices.enumerated() {
        let size = data.itemBytes
        let expected = try data.item(at: index)
        #expect(Array(batch.pixels[place * size..<(place + 1) * size]) == expected)
      }
      seen += batch.indices
    }
    #expect(seen == [0, 3, 5])
    #expect(data.damaged?.all.map(\.index) == [1, 2, 4])
    #expect(
      data.damaged?.all.map(\.reason) == [
        "\(files.path)/a/2.png is cut off",
        "\(files.path)/a/3.png claims 60000×60000 pixels, more than the 178956970 accepted",
        "\(files.path)/b/5.jpg is empty",
      ])
    var options = FolderDataset.Options()
    options.damage = .stop
    let strict = try FolderDataset(path: files.path, transform: small(), options: options)
    #expect(throws: ImageError(path: "\(files.path)/a/2.png", reason: "is cut off")) {
      try BatchLoader(strict, batchSize: 2).epoch(0).forEach { _ in }
    }
  }

  @Test func augmentedBatchesDoNotDependOnThreads() throws {
    let files = try folder([
      "a/1.png": "rgb.png", "a/2.jpg": "colour.jpg", "b/1.gif": "palette.gif", "b/2.webp": "lossy.webp",
    ])
    func pixels(threads: Int, seed: UInt64, epoch: Int) throws -> [[UInt8]] {
      var options = FolderDataset.Options()
      options.seed = seed
      let data = try FolderDataset(path: files.path, transform: .training(size: 9), options: options)
      var result: [[UInt8]] = []
      let loader = try BatchLoader(data, batchSize: 1, order: .shuffled(seed: 4), threads: threads)
      try loader.epoch(epoch).forEach { result.append($0.pixels) }
      return result
    }
    let one = try pixels(threads: 1, seed: 5, epoch: 2)
    #expect(try pixels(threads: 4, seed: 5, epoch: 2) == one)
    #expect(try pixels(threads: 4, seed: 6, epoch: 2) != one)
    #expect(try pixels(threads: 1, seed: 5, epoch: 3) != one)
  }

  @Test func identityFollowsFilesAndTransform() throws {
    let files = try folder(["a/1.png": "rgb.png", "b/1.png": "rgba.png"])
    let first = try FolderDataset(path: files.path, transform: small()).identity
    #expect(try FolderDataset(path: files.path, transform: small()).identity == first)
    #expect(try FolderDataset(path: files.path, transform: .evaluation(size: 9)).identity != first)
    try FileManager.default.moveItem(
      atPath: (files.path / "b/1.png").string, toPath: (files.path / "b/2.png").string)
    #expect(try FolderDataset(path: files.path, transform: small()).identity != first)
  }
}

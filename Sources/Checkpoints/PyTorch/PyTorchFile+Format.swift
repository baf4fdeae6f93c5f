import Foundation
import Support

extension CheckpointFormat {
  /// The format of what `torch.save` writes, new and old.
  static let pyTorch = CheckpointFormat(
    name: "PyTorch", endings: ["pth", "pt", "tar", "bin", "ckpt"],
    recognizes: { PyTorchFile.isPyTorch($0) },
    read: { data, file in
      let opened = try PyTorchFile(data, file: file)
      return Checkpoint(form: opened.form, content: .tree(opened.value), own: nil)
    })
}

extension PyTorchFile {
  /// The form as lists show it: `PyTorch zip` or `PyTorch legacy`, maybe with a remark.
  fileprivate var form: String {
    switch container {
    case .legacy: "PyTorch legacy"
    case .zip: hasChecksums ? "PyTorch zip" : "PyTorch zip without checksums (CRC-32 not computed)"
    }
  }
}

/// A tensor of a tree as an array of its file.
package struct PyTorchArray: StoredArray {
  private let tensor: PyTorchTensor
  private let file: String

  /// Errors call the file `file`.
  package init(_ tensor: PyTorchTensor, file: String) {
    self.tensor = tensor
    self.file = file
  }

  package var type: StoredType { tensor.type }
  package var shape: [Int] { tensor.shape }
  package var contiguousBytes: Data? { tensor.contiguousBytes }
  package func floats() throws -> [Float] { try MappedFile.reading(file) { tensor.floats() } }
  package func ints() throws -> [Int] { try tensor.ints(file: file) }
}

extension DamagedFile {
  /// What is wrong with a file that is to be one of `torch.save`.
  static func pyTorch(file: String, reason: String) -> DamagedFile {
    DamagedFile(format: CheckpointFormat.pyTorch.name, file: file, reason: reason)
  }
}

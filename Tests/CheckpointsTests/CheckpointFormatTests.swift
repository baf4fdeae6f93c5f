import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// The table of formats: each row opens its own files, whatever they are called, and says what is wrong with others.
struct CheckpointFormatTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// By format, a file that holds the array `w` of 1 and 2.
  private static func specimens() throws -> [String: Data] {
    [
      "PyTorch": PickleTree.dictionary([("w", .tensor(shape: [2], [1, 2]))]).file(),
      "safetensors": try Safetensors.encode([SafetensorsTensor("w", shape: [2], [1, 2] as [Float])]),
    ]
  }

  private func values(_ checkpoint: Checkpoint) throws -> [Float]? {
    switch checkpoint.content {
    case .arrays(let arrays): try arrays.named.first { $0.name == "w" }?.array.floats()
    case .tree(let value): value.dictionary?["w"]?.tensor?.floats()
    }
  }

  @Test func everyFormatHasASpecimenHere() throws {
    #expect(try Set(CheckpointFormats.table.map(\.name)) == Set(Self.specimens().keys))
  }

  @Test func filesAreOpenedWhateverTheyAreCalled() throws {
    for (name, data) in try Self.specimens() {
      for ending in CheckpointFormats.endings + ["weights"] {
        let path = try folder.write([UInt8](data), "x." + ending)
        let checkpoint = try CheckpointFormats.open(path)
        #expect(checkpoint.form.hasPrefix(name))
        #expect(try values(checkpoint) == [1, 2])
        #expect((checkpoint.own != nil) == (name == CheckpointFormats.own.name))
      }
    }
  }

  @Test func whatIsOfNoFormatIsRefusedByTheReaderThatItsNameAsksFor() throws {
    let named = CheckpointFormats.table.flatMap { format in format.endings.map { ($0, format) } }
    for (ending, format) in named + [("weights", CheckpointFormats.own)] {
      let path = try folder.write(Array("Not Found".utf8), "x." + ending)
      let error = #expect(throws: DamagedFile.self) { try CheckpointFormats.open(path) }
      #expect(
        error?.description
          == "\(format.name) file \(path): it is a text that begins with 'Not Found', not weights")
    }
  }

  @Test func anEndingIsOfOneFormat() {
    let endings = CheckpointFormats.endings
    #expect(Set(endings).count == endings.count)
    #expect(endings.allSatisfy { !$0.isEmpty && $0 == $0.lowercased() && !$0.hasPrefix(".") })
    for format in CheckpointFormats.table {
      for ending in format.endings {
        let isForeign = format.name != CheckpointFormats.own.name
        #expect(CheckpointFormats.isNamedAsForeign(FilePath("models/x." + ending.uppercased())) == isForeign)
      }
    }
    #expect(!CheckpointFormats.isNamedAsForeign("clutter-fashion"))
  }

  @Test func helpNamesAnEndingOfEveryFormat() {
    for format in CheckpointFormats.table {
      let first = "." + (format.endings.first ?? "")
      #expect(CheckpointFormats.usualEndings().contains(first))
      #expect(CheckpointFormats.usualEndings(ownFirst: true).contains(first))
    }
    #expect(CheckpointFormats.usualEndings().hasSuffix(" or .safetensors"))
    #expect(CheckpointFormats.usualEndings(ownFirst: true).hasPrefix(".safetensors, "))
  }
}

import Figures
import Foundation
import Testing

@Suite struct PictureFormatTests {
  @Test func everyFormatHasItsOwnEnding() {
    let endings = PictureFormat.all.map(\.ending)
    #expect(Set(endings).count == endings.count && !endings.isEmpty)
    #expect(endings.allSatisfy { !$0.isEmpty && !$0.contains(".") && $0 == $0.lowercased() })
  }

  @Test(arguments: PictureFormat.all.map(\.ending))
  func everyFormatRendersTheSameBytesAgain(_ ending: String) throws {
    let format = try #require(PictureFormat.all.first { $0.ending == ending })
    let list = try Gallery.bars().displayList()
    let bytes = try format.render(list, 72)
    #expect(!bytes.isEmpty)
    #expect(try format.render(list, 72) == bytes)
  }
}

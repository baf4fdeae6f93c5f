import GlanceFocus
import Testing
import Vision

/// Windows that slide over frames.
struct WindowSourceTests {
  private static func ends(_ count: Int, stride: Int) throws -> [[Int]] {
    let configuration = try Configuration(
      backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: MovingFrames.side, steps: 1, classes: 4,
      clips: ClipForm(frames: 4))
    let source = try WindowSource(MovingFrames(0..<count), for: configuration, stride: stride)
    var found: [[Int]] = []
    while let window = try source.next(1).first {
      var pixels = [UInt8](repeating: 0, count: window.dataset.itemBytes)
      try pixels.withUnsafeMutableBufferPointer { try window.dataset.render(0, epoch: 0, into: $0) }
      let length = pixels.count / 4
      found.append(
        (0..<4).map { frame in
          (0..<max(count, 1)).first {
            MovingFrames.pixels($0, seed: 0) == Array(pixels[frame * length..<(frame + 1) * length])
          } ?? -1
        })
      #expect(source.takeEnd(of: window.number)?.number == found.last?.last)
    }
    return found
  }

  @Test func windowsGoOnByTheStride() throws {
    #expect(try Self.ends(9, stride: 2) == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]])
    #expect(try Self.ends(11, stride: 6) == [[0, 1, 2, 3], [6, 7, 8, 9]])
    #expect(try Self.ends(4, stride: 4) == [[0, 1, 2, 3]])
    // A short video has one window, whose last frame is repeated.
    #expect(try Self.ends(2, stride: 1) == [[0, 1, 1, 1]])
    #expect(try Self.ends(0, stride: 1).isEmpty)
  }

  @Test func windowsAreAnsweredAsClips() throws {
    let model = try GFNet(
      Configuration(
        backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: MovingFrames.side, steps: 2, classes: 4,
        clips: ClipForm(frames: 4)), seed: 11)
    let runner = try AdaptiveRunner(model)
    let rule = LengthExit(steps: 2)
    let clips = try runner.infer(MovingFrames.clips([0, 3, 6], frames: 4), rule: rule).results
    let source = try WindowSource(MovingFrames(0..<11), for: model.configuration, stride: 3)
    let stream = try runner.stream(source, rule: rule)
    for clip in clips {
      let answer = try #require(try stream.next())
      #expect(answer.prediction == clip.prediction && abs(answer.confidence - clip.confidence) < 1e-4)
      #expect(source.takeEnd(of: answer.index)?.number == 3 * answer.index + 3)
    }
    #expect(try stream.next() == nil)
  }
}

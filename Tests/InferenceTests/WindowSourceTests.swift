import GlanceFocus
import Testing
import Vision

/// Windows that slide over frames.
struct WindowSourceTests {
  /// The frames of each clip.
  private static func clips(
    _ count: Int, stride: Int, _ form: ClipForm = ClipForm(frames: 4)
  ) throws -> [[Int]] {
    let configuration = try Configuration(
      backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: MovingFrames.side, steps: 1, classes: 4,
      clips: form)
    let source = try WindowSource(MovingFrames(0..<count), for: configuration, stride: stride)
    var found: [[Int]] = []
    while let window = try source.next(1).first {
      var pixels = [UInt8](repeating: 0, count: window.dataset.itemBytes)
      try pixels.withUnsafeMutableBufferPointer { try window.dataset.render(0, epoch: 0, into: $0) }
      let length = pixels.count / form.frames
      found.append(
        (0..<form.frames).map { frame in
          (0..<max(count, 1)).first {
            MovingFrames.pixels($0, seed: 0) == Array(pixels[frame * length..<(frame + 1) * length])
          } ?? -1
        })
      #expect(source.takeEnd(of: window.number)?.number == found.last?.last)
    }
    return found
  }

  @Test func windowsGoOnByTheStride() throws {
    #expect(try Self.clips(9, stride: 2) == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]])
    #expect(try Self.clips(11, stride: 6) == [[0, 1, 2, 3], [6, 7, 8, 9]])
    #expect(try Self.clips(4, stride: 4) == [[0, 1, 2, 3]])
    // A short video has one window, whose last frame is repeated.
    #expect(try Self.clips(2, stride: 1) == [[0, 1, 1, 1]])
    #expect(try Self.clips(0, stride: 1).isEmpty)
  }

  /// The glance sees all of the window, and so do patches.
  @Test func framesOfTheirOwnAreSpreadOverTheWindow() throws {
    let form = ClipForm(separateGlance: 2, focus: 3)
    #expect(form.placesInWindow == [1, 3, 0, 2, 4] && ClipForm(frames: 3).placesInWindow == [0, 1, 2])
    #expect(try Self.clips(8, stride: 2, form) == [[1, 3, 0, 2, 4], [3, 5, 2, 4, 6]])
    #expect(try Self.clips(3, stride: 2, form) == [[1, 2, 0, 2, 2]])
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

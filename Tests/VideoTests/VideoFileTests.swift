import Foundation
import Support
import TestSupport
import Testing
import Video
import Vision

/// What is known of a video before a picture is decoded.
@Suite(.enabled(if: VideoClips.areReadable, VideoClips.absence))
struct VideoFileTests {
  private func file(_ name: String) throws -> VideoFile { try VideoFile(VideoClips.path(name)) }

  private func areClose(_ one: [Double], _ other: [Double]) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test func aFileSaysWhatIsInIt() throws {
    let video = try file("h264.mp4")
    #expect(video.container.hasPrefix("mov,mp4"))
    #expect(video.codec == "h264")
    #expect((video.width, video.height) == (64, 48))
    #expect(video.pixelAspect == 1)
    #expect(video.frameRate == 25)
    #expect(video.hasConstantRate)
    #expect(abs(video.duration - 0.72) < 1e-9)
    #expect(areClose(video.times, (0..<18).map { Double($0) / 25 }))
    #expect(!video.isCountedByDecoding)
    #expect(VideoLibrary.version?.isEmpty == false)
  }

  @Test func sidewaysPicturesAreTurned() throws {
    let (upright, turned) = (try file("h264.mp4"), try file("turned-180.mp4"))
    #expect((turned.width, turned.height) == (64, 48))
    let quarter = try file("turned-90.mp4")
    #expect((quarter.width, quarter.height) == (48, 64))
    // What is at the top left is then at the bottom right, but for the chroma that rounding moves.
    let (a, b) = (try upright.frames(at: [0])[0], try turned.frames(at: [0])[0])
    let far = zip(a.pixels.prefix(3), b.pixels.suffix(3)).map { abs(Int($0) - Int($1)) }.max() ?? 255
    #expect(far < 40)
  }

  @Test func pixelsThatAreNoSquaresAreGivenAsTheyAre() throws {
    let video = try file("wide-pixels.mp4")
    #expect((video.width, video.height) == (64, 48))
    #expect(abs(video.pixelAspect - 4.0 / 3) < 1e-9)
  }

  @Test func theTimesOfAVariableRateAreThoseOfThePackets() throws {
    let video = try file("variable-rate.mp4")
    let kept = (0..<18).filter { $0 % 5 != 2 && !(9...11).contains($0) }
    #expect(areClose(video.times, kept.map { Double($0) / 25 }))
    #expect(!video.hasConstantRate)
    let gif = try file("animation.gif")
    #expect(!gif.hasConstantRate)
    let tenths = [0, 1, 2, 5, 6, 7, 10, 11, 12, 15]
    #expect(areClose(gif.times, tenths.map { Double($0) / 10 }))
  }

  @Test func aTimeMeansThePictureThatIsShownThen() throws {
    let video = try file("variable-rate.mp4")
    // Picture 2 is left out of five, so that picture 1 stays for two.
    for (seconds, index) in [(0, 0), (0.039, 0), (0.04, 1), (0.119, 1), (0.12, 2), (video.duration, 10)] {
      #expect(try video.index(at: seconds) == index, "\(seconds)")
    }
    let expected = try VideoClips.expected("variable-rate.mp4")
    let images = try video.frames(at: [0.12, 0.0, 0.05])
    #expect(images.map(VideoClips.hash) == [expected[2], expected[0], expected[1]])
    for wrong in [-0.1, .nan, .infinity, video.duration + 1] {
      let error = #expect(throws: VideoError.self) { try video.frames(at: [wrong]) }
      #expect(error?.reason.contains("expected 0 to") == true)
    }
  }

  @Test func theFirstPictureIsAtZeroWhateverTheFilesClockSays() throws {
    let video = try file("transport.ts")
    #expect(video.startTime > 100)
    #expect(video.times.first == 0)
    #expect(video.frameRate == 25)
  }

  @Test func filesWithoutIndexAreCounted() throws {
    for name in ["no-index.mkv", "no-index.avi", "fragments.mp4"] {
      let video = try file(name)
      #expect(video.count == 18, "\(name)")
      #expect(!video.isCountedByDecoding)
    }
    for name in ["raw.h264", "no-times.avi", "stays.avi", "cut-in.ts"] {
      #expect(try file(name).isCountedByDecoding, "\(name)")
    }
  }

  @Test func framesThatAreNotThereAreNamed() throws {
    let video = try file("vp9.webm")
    for (index, said) in [(18, 19), (-1, 0), (Int.max, Int.min)] {
      let error = #expect(throws: VideoError.self) { try video.frames(at: [0, index]) }
      #expect(error?.reason == "has no frame \(said), expected 1 to 18")
    }
  }

  @Test func aFileThatChangesIsNotReadOn() throws {
    try withTemporaryFolder { folder in
      let path = folder / "clip.mp4"
      try Data(VideoClips.bytes("h264.mp4")).write(to: path.url)
      let video = try VideoFile(path)
      _ = try video.frames(at: [3])
      video.close()
      try Data(VideoClips.bytes("vp9.webm")).write(to: path.url)
      let error = #expect(throws: VideoError.self) { try video.frames(at: [3]) }
      #expect(error?.reason == "has changed since it was opened")
    }
  }

  @Test func aRequestToStopEndsEveryStep() throws {
    let video = try file("h264.mp4")
    let reader = try VideoReader(VideoClips.path("h264.mp4"))
    let request = StopRequest()
    request.make()
    Cancellation.withStop(by: request) {
      #expect(throws: Interrupted.self) { try file("h264.mp4") }
      #expect(throws: Interrupted.self) { try VideoReader(VideoClips.path("vp9.webm")) }
      #expect(throws: Interrupted.self) { try video.frames(at: [2]) }
      #expect(throws: Interrupted.self) { try reader.next() }
    }
    // What was stopped can be used again.
    #expect(try video.frames(at: [2]).map(VideoClips.hash) == [VideoClips.expected("h264.mp4")[2]])
    let expected = try VideoClips.expected("h264.mp4")
    for index in expected.indices {
      #expect(try reader.next().map { VideoClips.hash($0.image) } == expected[index])
    }
    #expect(try reader.next() == nil)
  }
}

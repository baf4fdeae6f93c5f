import Foundation
import Support
import TestSupport
import Testing
import Video
import Vision

/// Pictures are those of the ffmpeg command, byte by byte, in whatever order and by however many threads.
@Suite(.enabled(if: VideoClips.areReadable, VideoClips.absence))
struct FrameTests {
  @Test func thereAreClipsOfManyKinds() { #expect(VideoClips.names.count > 25) }

  @Test(arguments: VideoClips.names) func aStreamHasThePicturesOfFFmpeg(_ name: String) throws {
    let expected = try VideoClips.expected(name)
    for threads in [1, 3] {
      let (frames, error) = try VideoClips.streamed(VideoClips.path(name), threads: threads)
      #expect(error == nil)
      #expect(frames.map { VideoClips.hash($0.image) } == expected, "with \(threads) threads")
      #expect(frames.map(\.index) == Array(expected.indices))
      #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.seconds < $1.seconds })
    }
  }

  @Test(arguments: VideoClips.names) func picturesAreFoundInAnyOrder(_ name: String) throws {
    let expected = try VideoClips.expected(name)
    let file = try VideoFile(VideoClips.path(name))
    #expect(file.count == expected.count)
    #expect(file.damage == nil)
    let all = try file.frames(at: Array(expected.indices))
    #expect(all.map(VideoClips.hash) == expected)
    #expect(all.allSatisfy { ($0.width, $0.height) == (file.width, file.height) })
    // One at a time, back and forth, and some more than once.
    let random = CounterRandom(seed: 3, stream: "pictures of " + name)
    for draw in 0..<12 {
      let indices = (0...draw % 4).map { random.integer(4 * draw + $0, below: expected.count) }
      #expect(try file.frames(at: indices).map(VideoClips.hash) == indices.map { expected[$0] })
      if draw % 5 == 4 { file.close() }
    }
    for index in expected.indices.reversed() {
      #expect(try VideoClips.hash(file.frames(at: [index])[0]) == expected[index])
    }
  }

  @Test(
    .enabled(if: VideoClips.hasCommand, "there is no ffmpeg command here to compare with"),
    arguments: VideoClips.names)
  func theCommandSaysTheSameToday(_ name: String) throws {
    #expect(try VideoClips.asked(VideoClips.path(name)) == VideoClips.expected(name))
  }

  @Test func theTimesOfAStreamAreThoseOfTheFile() throws {
    for name in VideoClips.names {
      let file = try VideoFile(VideoClips.path(name))
      let (frames, _) = try VideoClips.streamed(VideoClips.path(name))
      #expect(frames.count == file.count)
      for (frame, time) in zip(frames, file.times) {
        #expect(abs(frame.seconds - time) < 2e-3, "\(name): \(frame.index)")
      }
    }
  }

  /// One file is shared by threads, and each thread has files of its own.
  @Test func threadsReadTheSame() throws {
    let names = ["h264.mp4", "vp9.webm", "mpeg4-b.avi", "raw.h264", "animation.gif"]
    let shared = try VideoFile(VideoClips.path("open-groups.mp4"))
    let expectedOfShared = try VideoClips.expected("open-groups.mp4")
    DispatchQueue.concurrentPerform(iterations: 20) { number in
      do {
        let name = names[number % names.count]
        let expected = try VideoClips.expected(name)
        let file = try VideoFile(VideoClips.path(name), threads: number % 3 + 1)
        let indices = [expected.count - 1, number % expected.count, 0]
        #expect(try file.frames(at: indices).map(VideoClips.hash) == indices.map { expected[$0] })
        let other = number % expectedOfShared.count
        #expect(try VideoClips.hash(shared.frames(at: [other])[0]) == expectedOfShared[other])
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  @Test func picturesAreResizedLikePicturesOfFiles() throws {
    let path = VideoClips.path("turned-90.mp4")
    let whole = try VideoFile(path).frames(at: [4])[0]
    let reader = try VideoReader(path, resize: .shorterSide(24), filter: .bicubic)
    #expect((reader.width, reader.height) == (48, 64))
    var frame = try reader.next()
    while let seen = frame, seen.index < 4 { frame = try reader.next() }
    let resized = try #require(frame).image
    #expect((resized.width, resized.height) == (24, 32))
    #expect(resized == (try whole.resized(width: 24, height: 32, .bicubic)))
    #expect(try VideoFile(path).frames(at: [4]) { try $0.resized(.shorterSide(24), .bicubic) } == [resized])
    #expect(throws: DatasetError.self) { try whole.resized(.shorterSide(.max)) }
  }
}

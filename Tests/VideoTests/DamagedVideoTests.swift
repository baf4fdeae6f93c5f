import Foundation
import Support
import TestSupport
import Testing
import Video
import Vision

/// Files that are cut off, damaged, or no videos: the pictures before the damage, and one clear line.
@Suite(.enabled(if: VideoClips.areReadable, VideoClips.absence))
struct DamagedVideoTests {
  /// Cut to `part` of its bytes, a file has its first pictures, and says which is the first that is not there.
  @Test(arguments: [
    ("h264.mp4", 0.7), ("no-index.mkv", 0.6), ("vp9.webm", 0.7), ("mpeg4.avi", 0.85),
    ("animation.gif", 0.8),
    ("hidden-frames.webm", 0.5),
  ])
  func aCutOffFileHasItsFirstPictures(_ name: String, _ part: Double) throws {
    let expected = try VideoClips.expected(name)
    let bytes = try VideoClips.bytes(name)
    try withTemporaryFolder { folder in
      let path = folder / name
      try Data(bytes.prefix(Int(part * Double(bytes.count)))).write(to: path.url)
      let video = try VideoFile(path)
      #expect((2..<expected.count).contains(video.count))
      let damage = try #require(video.damage)
      #expect(damage.contains("frame \(video.count + 1)"), "\(damage)")
      #expect(damage.hasPrefix("is cut off"), "\(damage)")
      let all = try video.frames(at: Array(0..<video.count))
      #expect(all.map(VideoClips.hash) == Array(expected.prefix(video.count)))
      let error = #expect(throws: VideoError.self) { try video.frames(at: [video.count]) }
      #expect(error?.reason == damage)
      // A stream ends there, too, with its own line.
      let (frames, end) = try VideoClips.streamed(path)
      #expect(frames.map { VideoClips.hash($0.image) } == Array(expected.prefix(frames.count)))
      #expect(frames.count >= video.count - 1)
      #expect(end?.contains("is cut off: frame \(frames.count + 1)") == true, "\(end ?? "no error")")
    }
  }

  @Test func whatIsExpectedIsSaidWhereTheFileSaysIt() throws {
    let bytes = try VideoClips.bytes("mpeg4.avi")
    try withTemporaryFolder { folder in
      let path = folder / "clip.avi"
      try Data(bytes.prefix(bytes.count * 9 / 10)).write(to: path.url)
      #expect(try VideoFile(path).damage?.contains(" of 18 is not there") == true)
    }
  }

  /// A picture whose bytes are destroyed is an error that names it; those of other groups are as they were.
  @Test func aDestroyedPictureIsNamed() throws {
    let expected = try VideoClips.expected("pictures.avi")
    var bytes = try VideoClips.bytes("pictures.avi")
    // The second picture's chunk, behind its head of eight bytes.
    let mark = Array("00dc".utf8)
    let starts = bytes.indices.dropLast(10).filter {
      Array(bytes[$0..<$0 + 4]) == mark && bytes[$0 + 8] == 0xFF && bytes[$0 + 9] == 0xD8
    }
    for place in starts[1] + 8..<starts[1] + 400 { bytes[place] = 0 }
    try withTemporaryFolder { folder in
      let path = folder / "clip.avi"
      try Data(bytes).write(to: path.url)
      let video = try VideoFile(path)
      #expect(try video.frames(at: [0, 2]).map(VideoClips.hash) == [expected[0], expected[2]])
      let error = #expect(throws: VideoError.self) { try video.frames(at: [1]) }
      #expect(error?.reason.hasPrefix("is damaged: frame 2 of 3 cannot be decoded: ") == true)
    }
  }

  @Test(arguments: [
    ("sound-only.m4a", "has no moving pictures: sound only"),
    ("cover.m4a", "has no moving pictures: sound with a cover picture"),
    ("encrypted.mp4", "is encrypted (h264)"),
  ])
  func whatHoldsNoPicturesIsRefused(_ name: String, _ reason: String) throws {
    let error = #expect(throws: VideoError.self) { try VideoFile(VideoClips.path(name)) }
    #expect(error?.reason == reason)
    #expect(throws: VideoError.self) { try VideoReader(VideoClips.path(name)) }
  }

  /// Files that name others: none of them is opened, whatever it is called.
  @Test(arguments: [
    "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nSECRET\n#EXT-X-ENDLIST\n",
    "ffconcat version 1.0\nfile 'SECRET'\n",
    "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"></MPD>",
    "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "[Script Info]\nScriptType: v4.00+\n", "no video at all\n", "\0\0\0\0\0\0\0\0", "GIF89a", "RIFF",
  ])
  func whatNamesOtherFilesIsNoVideo(_ text: String) throws {
    try withTemporaryFolder { folder in
      let content = text.replacing("SECRET", with: VideoClips.path("h264.mp4").string)
      for name in ["clip.mp4", "list.m3u8", "list.ffconcat", "clip.h264"] {
        let path = folder / name
        try Data(content.utf8).write(to: path.url)
        #expect(throws: VideoError.self, "\(name)") { try VideoFile(path) }
      }
    }
  }

  @Test func pathsThatAreNoFilesAreRefused() throws {
    try withTemporaryFolder { folder in
      #expect(throws: FileError.self) { try VideoFile(folder) }
      #expect(throws: FileError.self) { try VideoFile(folder / "absent.mp4") }
      try Data().write(to: (folder / "empty.mp4").url)
      let error = #expect(throws: VideoError.self) { try VideoFile(folder / "empty.mp4") }
      #expect(error?.reason == "is empty")
      // A picture is none, though FFmpeg would make a film of it.
      #expect(throws: VideoError.self) { try VideoFile(Fixtures.path("images") / "interlaced.png") }
    }
  }

  /// A head that claims 65535×65535 pixels is refused before anything is made of it.
  @Test(arguments: [("animation.gif", 6), ("h264.mp4", -1), ("mpeg4.avi", -2)])
  func hugePicturesAreRefused(_ name: String, _ place: Int) throws {
    var bytes = try VideoClips.bytes(name)
    let huge: [UInt8] = [0xFF, 0xFF]
    switch place {
    case -1:
      // Width and height of the sample entry: 64×48 after 16 bytes that are mostly 0.
      let entry = try #require(
        bytes.indices.dropLast(4).last { Array(bytes[$0..<$0 + 4]) == [0, 64, 0, 48] })
      bytes.replaceSubrange(entry..<entry + 4, with: huge + huge)
    case -2:
      let list = try #require(
        bytes.indices.dropLast(12).first { Array(bytes[$0..<$0 + 4]) == Array("strf".utf8) })
      bytes.replaceSubrange(list + 12..<list + 20, with: [0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0])
    default: bytes.replaceSubrange(place..<place + 4, with: huge + huge)
    }
    try withTemporaryFolder { folder in
      let path = folder / name
      try Data(bytes).write(to: path.url)
      // The codes of pictures say their size once more, and then they are read as they are.
      do {
        let video = try VideoFile(path)
        _ = try video.frames(at: [0])
        #expect((video.width, video.height) == (64, 48))
      } catch let error as any LineError {
        #expect(!error.description.contains("\n"))
      }
    }
  }

  @Test func memoryIsAskedForBeforePicturesAreDecoded() throws {
    let none = MemoryAllowance(of: "cell 1", limit: 0, remedy: "--cell-memory") { 0 }
    let path = VideoClips.path("h264.mp4")
    let error = #expect(throws: MemoryRefused.self) { try none.hold { _ = try VideoReader(path) } }
    #expect(error?.description.contains("cell 1 may hold") == true)
  }
}

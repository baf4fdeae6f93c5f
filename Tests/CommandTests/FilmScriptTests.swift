import Foundation
import Support
import TestSupport
import Testing
import Video

/// `scripts/video.lua`, on recorded films of some kilobytes.
@Suite(
  .enabled(
    if: VideoLibrary.isAvailable,
    "there are no libraries of FFmpeg here: films are not tested (Debian: libavformat59 libswscale6)"))
struct FilmScriptTests {
  /// A folder with `film.mp4`, of 64 × 48 pixels, and untrained models of images and of clips.
  private func program() throws -> Program {
    let program = try Program()
    try copy("h264.mp4", "film.mp4", program)
    try program.write(
      "make.lua",
      """
      for frames = 1, 4, 3 do
        gfnet.model{backbone = "resnet_tiny_16", image_size = 64, patch_size = 32, steps = 3, classes = 4, seed = 2,
          frames = frames}:save(frames == 1 and "images.safetensors" or "clips.safetensors")
      end
      """)
    let made = try program.run("make.lua")
    #expect(made.status == 0, "\(made.errors)")
    return program
  }

  private func copy(_ film: String, _ name: String, bytes: Int = .max, _ program: Program) throws {
    let data = try Data(contentsOf: (Fixtures.path("videos") / film).url)
    try data.prefix(bytes).write(to: URL(fileURLWithPath: program.folder + "/" + name))
  }

  private func run(_ program: Program, _ options: String...) throws -> Program.Result {
    try program.run([(SourceTree.root / "scripts/video.lua").string] + options)
  }

  private func rows(_ program: Program, _ table: String) throws -> [[String]] {
    try CSVText.rows(#require(program.read("reports/video/tables/\(table).csv"), "\(table)"))
  }

  private func figures(_ program: Program) -> Set<String> {
    let files = try? FileManager.default.contentsOfDirectory(
      atPath: program.folder + "/reports/video/figures")
    return Set((files ?? []).filter { !$0.hasSuffix(".csv") })
  }

  @Test func aNetworkOfImagesSeesPicturesOfAFilm() throws {
    let program = try program()
    // Nothing is as sure as that: all steps are taken.
    let result = try run(program, "file=film.mp4", "model=images.safetensors", "samples=6", "confidence=1")
    #expect(result.status == 0, "\(result.errors)")
    #expect(figures(program) == ["over-time.png", "moments.png", "places.png", "film.gif"])
    #expect(try rows(program, "exits").dropFirst().map { $0[1] } == ["0", "0", "6"])
    let segments = try rows(program, "segments").dropFirst()
    #expect(segments.compactMap { Int($0[5]) }.reduce(0, +) == 6)
    #expect(segments.first?[0] == "0:00.0")
    // One begins where the one before ends.
    for (before, after) in zip(segments, segments.dropFirst()) { #expect(before[1] == after[0]) }
    // Half a second: what all segments last.
    let seconds = segments.compactMap { Double($0[2]) }.reduce(0, +)
    #expect(try rows(program, "film").contains { $0[1].contains(String(format: "(%.2f s)", seconds)) })
    #expect(!result.output.contains("These labels say little"))
  }

  @Test func momentsThatTheGlanceAnswersTakeNoPatch() throws {
    let program = try program()
    let result = try run(program, "file=film.mp4", "model=images.safetensors", "samples=5", "confidence=0")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try rows(program, "exits").dropFirst().map { $0[1] } == ["5", "0", "0"])
    #expect(result.output.contains("no patch was looked at"))
    #expect(figures(program) == ["over-time.png", "moments.png", "film.gif"])
  }

  @Test func aNetworkOfClipsSeesWindows() throws {
    let program = try program()
    let result = try run(
      program, "file=film.mp4", "model=clips.safetensors", "samples=5", "confidence=1", "window=0.2",
      "view=whole")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("clips of 4 pictures"))
    #expect(figures(program) == ["over-time.png", "moments.png", "surest.png", "places.png", "film.gif"])
    #expect(try rows(program, "exits").dropFirst().map { $0[1] } == ["0", "0", "5"])
  }

  /// Glance and patches may see pictures of their own, and each of these may have its own place.
  @Test func picturesOfTheirOwnAreEachShownWithTheirPlace() throws {
    let program = try program()
    try program.write(
      "own.lua",
      """
      gfnet.model{backbone = "resnet_tiny_16", image_size = 64, patch_size = 32, glance_size = 48, steps = 2, classes = 4,
        seed = 2, glance_frames = 2, focus_frames = 3, separate_frames = true}:save("own.safetensors")
      """)
    let made = try program.run("own.lua")
    #expect(made.status == 0, "\(made.errors)")
    let result = try run(
      program, "file=film.mp4", "model=own.safetensors", "samples=3", "confidence=1", "window=0.3",
      "sampler=motion")
    #expect(result.status == 0, "\(result.errors)")
    #expect(figures(program) == ["over-time.png", "moments.png", "surest.png", "places.png", "film.gif"])
    let strip = try CSVText.rows(#require(program.read("reports/video/figures/surest.csv")))
    let column = try #require(strip[0].firstIndex(of: "frames"))
    #expect(strip.dropFirst().map { $0[column] } == ["1 2", "3", "4", "5"])
  }

  @Test func theModelThatComesWithTheProjectSaysWhatItsLabelsAreWorth() throws {
    let program = try program()
    let result = try run(program, "file=film.mp4", "samples=3", "from=0.1", "to=0.3")
    #expect(result.status == 0 && result.output.contains("These labels say little about a real film"))
    #expect(try rows(program, "segments").dropFirst().compactMap { Int($0[5]) }.reduce(0, +) == 3)
  }

  @Test func ofAFilmThatIsCutOffThePartThatIsThereIsShown() throws {
    let program = try program()
    try copy("fragments.mp4", "cut.mp4", bytes: 2600, program)
    let result = try run(program, "file=cut.mp4", "model=images.safetensors")
    #expect(result.status == 0 && result.output.contains("The film is cut off: frame 5"), "\(result.errors)")
    #expect(try rows(program, "segments").dropFirst().compactMap { Int($0[5]) }.reduce(0, +) == 4)
  }

  @Test(arguments: [
    ("", "name a film: file=clip.mp4"), ("none.mp4", "cannot read video none.mp4: no such file"),
    ("sound.m4a", "sound.m4a has no moving pictures: sound only"), ("words.txt", "words.txt is no video"),
  ])
  func whatIsNoFilmIsNamedInALine(_ file: String, _ message: String) throws {
    let program = try Program()
    try copy("sound-only.m4a", "sound.m4a", program)
    try program.write("words.txt", "no film at all")
    let result = try run(program, "file=\(file)")
    #expect(result.status == 1 && result.complaints.last?.contains(message) == true, "\(result.errors)")
  }
}

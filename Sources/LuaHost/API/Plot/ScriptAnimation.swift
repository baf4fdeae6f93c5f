import Figures
import Support

/// A moving picture of a clip.
public final class ScriptAnimation: ScriptDrawing {
  let animation: ClipAnimation
  public let name: String?
  public let caption: String

  init(_ animation: ClipAnimation, name: String?, caption: String) {
    self.animation = animation
    self.name = name
    self.caption = caption
  }

  public var words: String { animation.film.title.isEmpty ? "animation" : animation.film.title }

  /// The width on a page for a pixel of the picture; reports show a point as about two pixels.
  private static let pointsPerPixel = 0.5

  /// The moving picture is a GIF, whatever still ones are kept in.
  public func rendered(as formats: [PictureFormat]) throws -> RenderedDrawing {
    let gif = try animation.gif()
    return RenderedDrawing(
      files: [.init(ending: "gif", mediaType: "image/gif", content: gif.file)],
      width: gif.size.width * Self.pointsPerPixel, height: gif.size.height * Self.pointsPerPixel, csv: nil,
      remarks: gif.remarks)
  }

  private static let file = ArgumentKey<FilePath>.outputPath(
    "file", "the path; the ending .gif may be left out")

  static let entry = LuaClass<ScriptAnimation>(
    "animation", "A moving picture, as gfnet.plot.animate makes it.",
    properties: [
      .init("frames", "integer", "its pictures") { it, _ in it.animation.film.frames.count },
      .init("fps", "number", "pictures per second") { it, _ in it.animation.framesPerSecond },
    ],
    methods: [
      LuaMethod(
        "save", "Writes an animated GIF that is repeated for ever.", [file],
        example: "gfnet.plot.animate(gfnet.tensor.rand(4, 1, 16, 16)):save(\"clip.gif\")",
        touches: [.writeFiles]
      ) { (it: ScriptAnimation, call) in
        let path = try call[file]
        guard ["", "gif"].contains(path.ending) else {
          throw LuaError("\(call.place(file)) must be a path ending in .gif, got \"\(path)\"")
        }
        do {
          let gif = try it.animation.gif()
          try AtomicFile.write(gif.file, to: path.ending.isEmpty ? path.adding(".gif") : path)
          for remark in gif.remarks { call.context.note("\(path): \(remark)") }
        } catch let error as FigureError {
          throw LuaError("animation:save: \(error)")
        }
      }
    ],
    describe: { it in
      "animation of \(it.animation.film.frames.count) frames, \(LuaNumberText.plain(it.animation.framesPerSecond)) per second"
    },
    show: { it, state in [.figure(try it.picture(state.context))] },
    sample: "gfnet.plot.animate(gfnet.tensor.rand(4, 1, 16, 16))"
  ).entry
}

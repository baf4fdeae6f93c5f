import Figures

/// `gfnet.plot.animate`.
enum AnimateFunction {
  private static let rate = ArgumentKey<Double>("fps", default: 8, "frames per second", in: 1...50)
  private static let scale = ArgumentKey<Int?>(
    "scale",
    "pixels of the picture for one of a frame; left out: the longer side becomes 384 pixels or nearly so",
    in: 1...16)

  static let entry = FunctionEntry(
    "animate", "A clip as a moving picture with the places that were looked at, an animated GIF.",
    [FilmOptions.clip, .options(FilmOptions.rows + [rate, scale] + FigureNameOptions.rows)],
    returns: "animation",
    example: """
      gfnet.plot.animate(gfnet.tensor.rand(8, 1, 32, 32), {places = {{4, 10}}, patch = 16}):save("clip.gif")
      """,
    discussion: """
      As the value of a cell it moves in the report and in Jupyter, again and again. Frames of 256 colours or less, as \
      those of grey clips, keep all their colours; others get the 256 that suit them.
      """
  ) { call in
    let film = try FilmOptions.film(call)
    let animation = ClipAnimation(
      film, options: try FilmOptions.look(call), scale: try call[scale], framesPerSecond: try call[rate])
    return Pushed(
      ScriptAnimation(
        animation, name: try call[FigureNameOptions.name], caption: try call[FigureNameOptions.caption]))
  }
}

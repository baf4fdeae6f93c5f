import Figures

/// `gfnet.plot.filmstrip`.
enum FilmstripFunction {
  private static let titles = ArgumentKey<[String]?>("titles", "one text beside each step")
  private static let columns = ArgumentKey<Int?>(
    "columns", "frames side by side; left out: as many as fit", in: 1...1000)

  static let entry = FunctionEntry(
    "filmstrip", "The frames of a clip side by side, a row for each step, with the place that was looked at.",
    [
      FilmOptions.clip,
      .options(FilmOptions.rows + [titles, columns, GridOptions.width] + FigureNameOptions.rows),
    ],
    returns: "picture",
    example: """
      gfnet.plot.filmstrip(gfnet.tensor.rand(8, 1, 32, 32), {places = {false, {4, 10}, {9, 12}}, patch = 16,
        titles = {"glance", "step 2", "step 3"}, frames = {{1, 3, 5, 7}, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 3, 4, 5, 6, 7, 8}}})
      """,
    discussion: """
      Frames that a step does not see are pale. Without places the frames are shown as they are. All frames are shown \
      with the same black and white. Of a trace of clips, gfnet.plot.glimpses(trace) makes such pictures with answers \
      and confidences, and trace:explain one of a single clip.
      """
  ) { call in
    let headings = try call[titles] ?? []
    let film = try FilmOptions.film(call, headings: headings)
    var options = try FilmOptions.look(call)
    options.columns = try call[columns]
    options.width = try call[GridOptions.width]
    return Pushed(
      ScriptPicture(
        Filmstrip(groups: [.init(items: [film])], options: options), name: try call[FigureNameOptions.name],
        caption: try call[FigureNameOptions.caption], hasNumbers: !film.steps.isEmpty,
        words: film.title.isEmpty ? "filmstrip" : film.title))
  }
}

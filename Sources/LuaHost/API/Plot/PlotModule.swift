/// `gfnet.plot`: figures for papers and reports.
enum PlotModule {
  static let module = LuaModule(
    "gfnet.plot", "Figures: lines, bars, histograms, heat maps, images, clips.",
    functions: [
      FigureFunction.entry, ImagesFunction.entry, GlimpsesFunction.entry, FilmstripFunction.entry,
      AnimateFunction.entry,
    ])
}

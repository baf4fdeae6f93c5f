/// `gfnet.plot`: figures for papers and reports.
enum PlotModule {
  static let module = LuaModule(
    "gfnet.plot", "Figures: lines, bars, histograms, heat maps, images.",
    functions: [FigureFunction.entry, ImagesFunction.entry, GlimpsesFunction.entry])
}

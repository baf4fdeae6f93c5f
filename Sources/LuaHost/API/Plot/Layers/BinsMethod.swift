import Figures

/// The method `bins`.
enum BinsMethod {
  private static let edges = ArgumentKey<[Double]>.numbers("edges", "one more than heights")
  private static let heights = ArgumentKey<[Double]>.numbers("heights", "the heights")

  static let bins = LayerMethod(
    "bins", "Bars of given heights between ascending edges, such as accuracy by confidence.",
    [edges, heights, .options([LayerOptions.label, LayerOptions.color])],
    example: "bins({0, 0.5, 1}, {0.4, 0.9})"
  ) { call in
    let (ends, tops) = (try call[edges], try call[heights])
    let (label, color) = (try call[LayerOptions.label], try call[LayerOptions.color])
    return { try $0.histogram(edges: ends, heights: tops, label: label, color: color) }
  }
}

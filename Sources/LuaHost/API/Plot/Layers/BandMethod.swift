import Figures
import Support

/// The method `band`.
enum BandMethod {
  private static let x = ArgumentKey<[Double]>.numbers("x", "one number per point")
  private static let lower = ArgumentKey<[Double]>.numbers("lower", "as many")
  private static let upper = ArgumentKey<[Double]>.numbers("upper", "as many")
  private static let opacity = ArgumentKey<Double>(
    "opacity", default: 0.18, "0 (invisible) to 1", in: 0...1)

  static let band = LayerMethod(
    "band", "Fills between two curves, in the colour of the line added last.",
    [x, lower, upper, .options([LayerOptions.label, LayerOptions.color, opacity])],
    example: "line({1, 2, 3}, {2, 4, 5}):band({1, 2, 3}, {1, 3, 4}, {3, 5, 6})"
  ) { call in
    let (places, bottom, top) = (try call[x], try call[lower], try call[upper])
    let (label, color) = (try call[LayerOptions.label], try call[LayerOptions.color])
    let strength = try call[opacity]
    return {
      try $0.band(x: places, lower: bottom, upper: top, label: label, color: color, opacity: strength)
    }
  }
}

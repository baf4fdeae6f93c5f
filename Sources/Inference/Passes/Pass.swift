/// A rewriting of a graph that leaves its results as they are, up to rounding.
protocol Pass {
  static func apply(to graph: inout Graph) throws
}

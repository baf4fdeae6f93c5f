/// A rewriting of a graph that leaves its results as they are, up to rounding.
protocol GraphPass {
  static func apply(to graph: inout Graph) throws
}

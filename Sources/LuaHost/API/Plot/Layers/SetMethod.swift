import Figures

/// The method `set`, which draws nothing.
enum SetMethod {
  static let set = LayerMethod(
    "set", "Changes options of the axes.", [.options(AxesOptions.rows, required: true)],
    example: "set{ylabel = \"loss\", yscale = \"log\"}"
  ) { call in
    let change = try AxesOptions.change(call)
    return { try change.apply(to: &$0) }
  }
}

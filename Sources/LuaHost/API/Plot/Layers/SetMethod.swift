import Figures

/// The method `set`, which draws nothing.
enum SetMethod {
  static func method<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod<Holder>(
      "set", "Changes options of the axes.", [.options(AxesOptions.rows, required: true)],
      returns: "the figure or axes", example: "\(sample):set{ylabel = \"loss\", yscale = \"log\"}"
    ) { holder, call in
      let change = try AxesOptions.change(call)
      try holder.change { try change.apply(to: &$0) }
      holder.keep(change)
      return Receiver()
    }
  }
}

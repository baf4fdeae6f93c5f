extension Definition {
  /// What scripts call it, such as `gfnet.reports.exit_report`.
  var calledAs: String { "gfnet.\(kind.rawValue).\(name)" }

  /// What its function answers about `data`, for definitions that are called with what they are about.
  ///
  /// - Parameters:
  ///   - function: that by which Lua implements it.
  ///   - given: the parameters that the script sets; nil: none.
  /// - Throws: ``LuaError`` for unfit parameters, and what `function` raises, with whose it was.
  func answer(
    of function: LuaFunction, about data: LuaValue, _ given: LuaTable?, in state: LuaState
  ) throws -> LuaValue {
    let parameters = try configured(given).parameterTable(in: state)
    do {
      return try function.call(data, parameters).first ?? .nil
    } catch var error as LuaError {
      error.message += " (\(kind.noun) '\(name)')"
      throw error
    }
  }
}

extension LuaError {
  /// The error together with the rule or sampler that was asked, and what it was asked about.
  /// - Parameter image: the number of the image, from 1; nil for a batch.
  func placed(in owner: String, image: Int?, step: Int) -> LuaError {
    LuaError(
      "\(message) (\(owner), \(image.map { "image \($0), " } ?? "")step \(step))", traceback: traceback,
      underlying: underlying, line: line)
  }
}

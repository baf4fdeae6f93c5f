import GlanceFocus

/// The images still in play, as Lua functions see them: one by one through rows, or all at once as tensors.
///
/// It is filled while a function runs and answers nothing afterwards.
final class StepView {
  /// What is known after the last step.
  var last: StepBatch? { didSet { values = nil } }
  /// What the critic says of the images; nil until it is read.
  private var values: [Float]?
  /// What the sampler that is asked gets; nil while none is.
  var sampling: SamplerBatch?
  /// What errors call the view.
  let noun: String

  init(noun: String) { self.noun = noun }

  func batch() throws -> StepBatch {
    guard let last else {
      throw LuaError("the \(noun) can be read only while the function it was passed to runs; keep the values")
    }
    return last
  }

  /// What the critic says of one image; it is asked at the first.
  func critic(_ column: StepColumn<Float>, _ row: Int) throws -> Float {
    let known = try values ?? batch().numbers(column)
    values = known
    return known[row]
  }

  func samplerBatch() throws -> SamplerBatch {
    guard let sampling else {
      throw LuaError("the \(noun) can be read only while a sampler that it was passed to runs")
    }
    return sampling
  }
}

import GlanceFocus

/// A sampler written in Lua.
final class LuaSampler: PatchSampler {
  let name: String
  /// A Lua function may read any field.
  let needs: SamplerNeeds = [.maps, .glances, .policy]
  let dependsOnOthers: Bool
  let origin: String?
  private let function: BatchFunction
  private let parameters: LuaTable
  private let rows: LuaRows
  private let view = StepView(noun: "sampler batch")
  private let random: SamplerRandom

  /// - Parameter dependsOnOthers: whether it says so of itself.
  init(
    name: String, function: BatchFunction, parameters: LuaTable, dependsOnOthers: Bool = false,
    in state: LuaState
  ) throws {
    self.name = name
    self.function = function
    self.parameters = parameters
    self.dependsOnOthers = dependsOnOthers
    origin = function.function.place
    let rows = try LuaRows(in: state, name: "s", fields: StepFields.sampler(of: view))
    self.rows = rows
    random = SamplerRandom(row: { [unowned rows] in rows.runningRow })
  }

  func propose(_ batch: SamplerBatch) throws -> [PatchLocation] {
    view.last = batch.last
    view.sampling = batch
    random.begin(batch)
    defer {
      view.last = nil
      view.sampling = nil
      random.end()
    }
    do {
      return function.isBatch ? try proposeBatch(batch) : try proposeRows(batch)
    } catch let error as LuaError {
      let image = function.isBatch ? nil : rows.failedRow.map { batch.last[$0].image + 1 }
      throw error.placed(in: "sampler '\(name)'", image: image, step: batch.step)
    }
  }

  private func proposeRows(_ batch: SamplerBatch) throws -> [PatchLocation] {
    let places = try rows.numbers(
      function.function, [parameters, Pushed(random)], results: 2, count: batch.count)
    return (0..<batch.count).map {
      PatchLocation(row: Float(places[2 * $0]), column: Float(places[2 * $0 + 1]))
    }
  }

  private func proposeBatch(_ batch: SamplerBatch) throws -> [PatchLocation] {
    let (answer, values) = try function.call(Pushed(view), parameters, Pushed(random))
    guard let values, values.count == 2 * batch.count else {
      let got = values.map { "\($0.count) numbers" } ?? answer.described
      throw function.error(
        "must return a tensor of \(batch.count) × 2 places (row, column), and returned \(got)")
    }
    return (0..<batch.count).map { PatchLocation(row: values[2 * $0], column: values[2 * $0 + 1]) }
  }
}

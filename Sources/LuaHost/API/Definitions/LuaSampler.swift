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

  func propose(_ batch: SamplerBatch) throws -> [PatchPlaces] {
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

  private func proposeRows(_ batch: SamplerBatch) throws -> [PatchPlaces] {
    let arguments: [any LuaPushable] = [parameters, Pushed(random)]
    guard batch.frames == 1 else { return try proposeRowsOfClips(batch, arguments) }
    let places = try rows.numbers(function.function, arguments, results: 2, count: batch.count)
    return PatchPlaces.all(places.map(Float.init))
  }

  /// Of clips a function may return a list with a place for each frame, instead of one for all.
  private func proposeRowsOfClips(
    _ batch: SamplerBatch, _ arguments: [any LuaPushable]
  ) throws -> [PatchPlaces] {
    var places: [PatchPlaces] = []
    places.reserveCapacity(batch.count)
    try rows.forEach(function.function, arguments, results: 2, count: batch.count) { stack in
      let (first, second) = (try stack.value(at: -2), try stack.value(at: -1))
      if let row = first.asNumber, let column = second.asNumber {
        places.append(PatchPlaces(row: Float(row), column: Float(column)))
        return
      }
      let numbers = second.isNil ? try BatchAnswer.array(first, on: stack) : nil
      guard let numbers, numbers.sizes == [batch.frames, 2] else {
        throw function.error(
          "must return row and column, or a list of \(batch.frames) {row, column}, one for each frame, and returned"
            + " \(numbers?.described ?? first.described)\(second.isNil ? "" : " and \(second.described)")")
      }
      places += PatchPlaces.all(numbers.values.map(Float.init), frames: batch.frames)
    }
    return places
  }

  private func proposeBatch(_ batch: SamplerBatch) throws -> [PatchPlaces] {
    let (answer, numbers) = try function.answer(Pushed(view), parameters, Pushed(random))
    let frames = batch.frames
    guard let numbers, [[batch.count, 2], [batch.count, frames, 2]].contains(numbers.sizes) else {
      let got = numbers?.described ?? answer.described
      let each = frames == 1 ? "" : ", or of \(batch.count) × \(frames) × 2 with a place for each frame"
      throw function.error(
        "must return a tensor of \(batch.count) × 2 places (row, column)\(each), and returned \(got)")
    }
    return PatchPlaces.all(numbers.values.map(Float.init), frames: numbers.sizes.count == 3 ? frames : 1)
  }
}

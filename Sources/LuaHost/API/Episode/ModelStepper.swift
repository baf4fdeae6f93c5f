import GlanceFocus

/// `model:stepper`: one image, decision by decision.
enum ModelStepper {
  private static let image = ArgumentKey<LuaValue>(
    FunctionParameter(
      "image", .either([.object("dataset"), .object("tensor"), .string, .table]),
      "one image: an entry of a data set, a tensor C×H×W with values from 0 to 1, or the path of a picture"))
  private static let stop = ArgumentKey<StepperHandle.Stops>(
    "stop", default: .both, "where to stop: before a decision, after it, or both")

  static var method: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "stepper", "Takes one image through its episode decision by decision, each of which can be changed.",
      [
        image,
        .options([
          RunOptions.exit, RunOptions.sampler, RunOptions.steps, RunOptions.seed, RunOptions.precision, stop,
        ]),
      ],
      returns: "stepper",
      example: """
        local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
        local st = model:stepper(gfnet.dataset("clutter-fashion", {limit = 1})[1], {exit = 0.9, sampler = "center"})  \
        st.s.confidence = 0.95  st:next()  print(st.at, st.leaving)  \
        st.params.threshold = 0.99  print(st.leaving)  st:run()
        """,
      discussion: """
        It stands before the first exit. st:next() goes on to the next stop, st:back() one back, st:run() to the end. \
        st.s is what the rule or the sampler reads and can be changed, as st.params, which hold from then on; \
        st:decide(true) and st:look(row, column) take the decision at hand. A rule or sampler in Lua is called as it is in \
        a run, with the changed values.
        """, touches: [.clock]
    ) { model, call in
      let place = "model:stepper"
      let input = try ModelImages(call[image], for: model.configuration, on: call.stack, place)
      guard input.images.count == 1 else {
        throw LuaError("\(place): takes one image, got \(input.images.count); data[i] is one of a data set")
      }
      let (runner, rule, _) = try RunSetup.live(model, call, place, batch: 1)
      let stepper = try DamageNote.telling(input.images, call.context) {
        try model.running { try runner.decisions(of: input.images, at: 0, rule: rule) }
      }
      let (exit, sampler) = (try call[RunOptions.exit], try call[RunOptions.sampler])
      return Pushed(
        try StepperHandle(
          stepper, of: model, images: input.images, classNames: input.classNames,
          rule: DefinitionUse.ruleDefinition(exit, in: call.state, "\(place): exit"),
          sampler: DefinitionUse.samplerDefinition(sampler, in: call.state, "\(place): sampler"),
          stops: call[stop]))
    }
  }
}

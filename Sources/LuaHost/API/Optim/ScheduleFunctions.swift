import NeuralNet
import Support

/// The schedules of `gfnet.optim`: functions of a step, for opt:step and opt.lr.
enum ScheduleFunctions {
  static let functions = [cosine, oneCycle, linear, constant, stairs]

  private static let steps = ArgumentKey<Int>("steps", "the number of steps in all", in: 1...1e12)
  private static let warmup = ArgumentKey<Int>(
    "warmup", default: 0, "the first steps, in which the factor rises to 1 in a straight line", in: 0...1e12)
  private static let least = ArgumentKey<Double>("least", default: 0, "the factor at the end", in: 0...1)

  private static let rule = """
    The result is a function of the step, counted from 1, that gives the factor of the base rate: opt:step(g, rate(i)), or \
    opt.lr = 0.1 * rate(i).
    """

  private static func entry(
    _ name: String, _ summary: String, _ example: String, _ course: StepSchedule.Course
  ) -> FunctionEntry {
    FunctionEntry(
      name, summary, [.options([steps, warmup, least])], returns: "function(step): the factor",
      example: example,
      discussion: rule
    ) { call in
      try ScheduleFunction(
        StepSchedule(course, steps: call[steps], warmup: call[warmup], least: call[least]),
        call.shape.entry.qualifiedName)
    }
  }

  private static let cosine = entry(
    "cosine", "A cosine from the base rate to its end, as gfnet.train has it.",
    "local rate = gfnet.optim.cosine{steps = 100, warmup = 5}  rate(1)", .named(.cosine))
  private static let oneCycle = entry(
    "one_cycle", "A cosine rise over the first 30 % and a cosine fall, as gfnet.train's \"one-cycle\".",
    "local rate = gfnet.optim.one_cycle{steps = 100}  rate(1)", .named(.oneCycle))
  private static let linear = entry(
    "linear", "A straight line from the base rate to its end.",
    "local rate = gfnet.optim.linear{steps = 100, least = 0.1}  rate(1)", .linear)
  private static let constant = entry(
    "constant", "The base rate throughout, after a warm-up.",
    "local rate = gfnet.optim.constant{steps = 100, warmup = 10}  rate(1)", .named(.constant))

  private static let every = ArgumentKey<Int>("every", "the rate falls after so many steps", in: 1...1e12)
  private static let factor = ArgumentKey<Double>("factor", default: 0.1, "by this", in: 0...1)

  private static let stairs = FunctionEntry(
    "step", "The base rate, times a factor after every so many steps, as PyTorch's StepLR.",
    [.options([every, factor, warmup, least])], returns: "function(step): the factor",
    example: "local rate = gfnet.optim.step{every = 30, factor = 0.1}  rate(31)", discussion: rule
  ) { call in
    try ScheduleFunction(
      StepSchedule(
        .stairs(every: call[every], factor: call[factor]), steps: 1 << 50, warmup: call[warmup],
        least: call[least]),
      call.shape.entry.qualifiedName)
  }
}

/// A schedule on its way to Lua, as a function of the step.
private struct ScheduleFunction: LuaPushable {
  private let schedule: StepSchedule
  private let name: String

  init(_ schedule: StepSchedule, _ name: String) {
    self.schedule = schedule
    self.name = name
  }

  func push(onto stack: LuaStack) throws {
    let (schedule, name) = (schedule, name)
    try stack.reserve(2)
    stack.push { stack in
      guard let step = stack.integer(at: 1), step >= 1 else {
        throw LuaError(
          "\(name): the schedule takes a step, a whole number from 1 on, got \(try stack.value(at: 1).described)"
        )
      }
      stack.push(schedule.factor(step - 1))
      return 1
    }
    try stack.checkPushes()
  }
}

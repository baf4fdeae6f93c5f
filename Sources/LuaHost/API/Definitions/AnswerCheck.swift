import GlanceFocus

/// Asks rules and samplers written in Lua again about the first images of a run, and tells once when one
/// answers otherwise.
struct AnswerCheck {
  /// What asks again; nil when nobody needs to be asked.
  let probe: AnswerProbe?
  private let context: HostContext

  /// Those of the program are known to answer alike, and are not asked.
  init(_ rule: (any ExitRule)?, _ sampler: (any PatchSampler)? = nil, _ context: HostContext) {
    self.context = context
    let asked = (rule as? LuaExitRule).map { !$0.dependsOnOthers } ?? false
    let asks = (sampler as? LuaSampler).map { !$0.dependsOnOthers } ?? false
    probe = asked || asks ? AnswerProbe() : nil
  }

  /// Tells of answers that differed, when all decisions of the run have been taken.
  func tell() throws {
    for remark in try probe?.remarks() ?? [] {
      context.noteOnce("\(remark.text); see gfnet-lab help \(Self.help(remark.kind))", key: remark.who)
    }
  }

  /// The function whose help says what answers may depend on.
  private static func help(_ kind: AnswerProbe.Remark.Kind) -> String {
    switch kind {
    case .exitRule: "gfnet.exits.define"
    case .sampler: "gfnet.samplers.define"
    }
  }
}

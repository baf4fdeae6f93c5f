import LuaHost
import Testing

/// Help is found by whatever people call a thing, and fits the terminal.
@Suite struct HelpTests {
  private let help = Help()

  @Test(arguments: [
    ("gfnet.tensor.mean", "tensor:mean("), ("t.mean", "tensor:mean("), ("tensor.mean", "tensor:mean("),
    ("x:mean(axis)", "tensor:mean("), ("Tensor", "tensor\n"), ("fig.line", "figure:line("),
    ("model.trace", "model:trace("),
    ("gfnet.model.trace", "model:trace("), ("ax.hline", "axes:hline("),
    ("report.table", "gfnet.report.table("),
    ("gfnet.exits.confidence", "gfnet.exits.confidence{threshold="),
    ("confidence", "gfnet.exits.confidence{"),
    ("exits.patience", "gfnet.exits.patience{count="), ("gaussian", "gfnet.samplers.gaussian{"),
    ("exits", "gfnet.exits"),
    ("mobilenetv3_large_100", "gfnet.backbones.mobilenetv3_large_100{}"),
    ("torch.cat", "There is no 'cat' here: write gfnet.tensor.concatenate(tensors, axis)."),
    ("np.clip", "There is no 'clip' here: write t:clamp(low, high)."),
    ("numel", "There is no 'numel' here: write t.count."),
    ("plt.plot", "There is no 'plot' here: write fig:line("),
    ("t.data", "There is no 'data' here: write t:detach()."), ("data", "The option dataset of:\n"),
    ("torch.bernoulli", "There is no 'bernoulli' here: write gfnet.tensor.rand(t:size()):lt(t)"),
    ("Conv2d", "There is no 'Conv2d' here: write gfnet.nn.conv("),
    ("regnety_1.6g", "gfnet.backbones[\"regnety_1.6g\"]{}"),
    ("epochs", "The option epochs of:\n  gfnet.train  passes over the data set"),
    ("keepdim", "The option keepdim of:\n  tensor:"), ("weight decay", "The option weight_decay of:\n"),
    ("batch size", "The option batch of:\n"),
    ("lr", "optimizer.lr"), ("learning rate", "The learning rates are"),
    ("resume", "A training that was stopped goes on"), ("optimizer", "optimizer"),
    ("adam", "gfnet.optim.adam"), ("loss", "The loss of each epoch is"),
    ("bf16", "The precision of inference is"), ("threads", "The number of threads is"),
    ("folder", "\"folder\", \"files\" and \"tensors\" are the data sets"),
  ])
  func helpIsFoundByWhateverItIsCalled(_ query: String, _ beginning: String) throws {
    let text = try help.text(on: query)
    #expect(text.hasPrefix(beginning), "\(query): \(text.prefix(200))")
  }

  @Test func builtInRulesExplainTheirParameters() throws {
    let rate = try help.text(on: "gfnet.exits.rate")
    #expect(rate.contains("madds") && rate.contains("window") && rate.contains("default"))
    #expect(rate.contains("Example: model:infer(data, {exit = gfnet.exits.rate{"))
    let listing = try help.text(on: "gfnet.exits")
    for name in try ScriptBench("print(table.concat(gfnet.exits.list(), ' '))").shown.split(
      whereSeparator: \.isWhitespace)
    {
      #expect(listing.contains("gfnet.exits.\(name){"), "\(name) is not listed")
    }
  }

  /// The rule that holds a rate says what it holds, what is left to it, and within which bounds.
  @Test func theRateRuleIsExplained() throws {
    let lines = try help.text(on: "gfnet.exits.rate").split(separator: "\n").map(String.init)
    #expect(lines.first == "gfnet.exits.rate{madds=, window=} → exit rule")
    #expect(lines.contains("  hold a mean cost by moving the confidence thresholds as the run goes"))
    let text = lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
    #expect(text.contains("madds mean Multiply-Adds per image to hold; 0: half of what all steps cost "))
    #expect(text.contains("cost (number, at least 0, default 0.0)"))
    #expect(
      text.contains(
        "window images that thresholds are taken from (integer, from 16 to 1000000, default 512)"))
  }

  /// Whoever asks for a name without saying whose reads of all that have it.
  @Test func whatElseIsCalledSoIsListed() throws {
    let exit = try help.text(on: "exit")
    #expect(exit.hasPrefix("explanation.exit integer") && exit.contains("\n\nAlso called exit:\n"))
    #expect(exit.contains("model:infer{exit=}") && exit.contains("model:stream{exit=}"))
    let confidence = try help.text(on: "confidence")
    #expect(confidence.contains("Also called confidence:") && confidence.contains("trace.confidence"))
    #expect(confidence.ranges(of: "gfnet.exits.confidence{threshold=}").count == 1)
    for query in ["tensor:mean", "gfnet.exits.confidence", "keepdim", "learning rate", "meshgrid"] {
      #expect(try !help.text(on: query).contains("Also called"), "\(query)")
    }
  }

  @Test func everyBuiltInDefinitionHasHelp() throws {
    let registry = DefinitionRegistry()
    // The program has no scheduler and no report of its own: those come as plugins.
    #expect(DefinitionKind.allCases.filter { registry.all($0).isEmpty } == [.schedulers, .reports])
    for kind in DefinitionKind.allCases {
      for definition in registry.all(kind) {
        let text = try help.text(on: "gfnet.\(kind.rawValue).\(definition.name)")
        let isName = !definition.name.contains { ".-".contains($0) }
        let member = isName ? ".\(definition.name)" : "[\"\(definition.name)\"]"
        #expect(text.hasPrefix("gfnet.\(kind.rawValue)\(member){"))
        for parameter in definition.parameters { #expect(text.contains("  \(parameter.name) ")) }
      }
    }
  }

  @Test func linesFitTheTerminal() throws {
    for width in [60, 80, 100] {
      let help = Help(width: width)
      for (name, _) in Catalog.standard.symbols {
        for line in try help.text(on: name).split(separator: "\n") where line.count > width {
          // A word that is longer than a line cannot be broken.
          let word = line.split(separator: " ").map(\.count).max() ?? 0
          #expect(word + 40 > width, "\(name) at \(width): \(line)")
        }
      }
    }
  }

  @Test(arguments: [
    ("gfnet.clok", "gfnet.clock"), ("tensor:meen", "tensor:mean"),
    ("gfnet.report.tabel", "gfnet.report.table"),
  ])
  func suggestsNearNames(_ query: String, _ near: String) {
    let error = #expect(throws: UsageErrorText.self) {
      do { _ = try help.text(on: query) } catch { throw UsageErrorText("\(error)") }
    }
    #expect(error?.text.contains("did you mean '\(near)'") == true, "\(error?.text ?? "")")
  }

  private struct UsageErrorText: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  /// What the table of other libraries' names leads to exists here, and what it replaces does not.
  @Test(arguments: [
    ("gfnet.tensor{1}:clip(0, 1)", "write t:clamp(low, high)"), ("gfnet.tensor{1}.T", "write t:transpose()"),
    ("gfnet.tensor{1}:numpy()", "write t:totable()"), ("gfnet.tensor{1}.ndim", "write t.rank"),
    ("gfnet.tensor.cat({})", "write gfnet.tensor.concatenate(tensors, axis)"),
    ("gfnet.tensor.mean(3)", "write it as a method, as in t:mean(…)"),
    ("gfnet.tensor{1}:zeros()", "write gfnet.tensor.zeros(…)"),
    ("gfnet.tensor{1}:add_(1)", "write a + b"), ("gfnet.nn.Conv2d(3, 4)", "write gfnet.nn.conv("),
    ("gfnet.plot.figure{}:plot({1}, {1})", "write fig:line(x, y"),
    ("gfnet.tensor{1}:meann()", "did you mean 'mean'?"),
    ("gfnet.tensor{1}:narrow(1, 0, 1)", "has no field 'narrow'; write t[{{first, last}}]"),
    ("gfnet.tensor{1}:copy_(2)", "write t:copy(source)"), ("gfnet.tensor{1}.data", "write t:detach()"),
    ("gfnet.tensor{1}:cummax(1)", "a tensor has no field 'cummax'; there are no running maxima"),
    ("gfnet.tensor.fft.rfft({1})", "gfnet.tensor has no field 'fft'; there are no Fourier transforms"),
    ("gfnet.zeros(2)", "gfnet has no field 'zeros'; write gfnet.tensor.zeros(…)"),
    ("gfnet.cat({})", "write gfnet.tensor.concatenate(tensors, axis)"),
    ("gfnet.manual_seed(1)", "write --seed N"), ("gfnet.random.seed(1)", "write --seed N"),
    ("gfnet.random.bernoulli(0.5)", "write gfnet.random.uniform() < probability"),
    ("gfnet.nn.KLDivLoss()", "write gfnet.nn.kl_div(logits, teacher)"),
    ("gfnet.optim.RMSprop()", "has no field 'RMSprop'; there is none; gfnet.optim.adam("),
    ("gfnet.tensor{1}:quaternion()", "gfnet-lab help tensor lists the"),
  ])
  func errorsLeadToOurNames(_ source: String, _ advice: String) throws {
    let message = try ScriptBench("local _ = " + source).message
    #expect(message.contains(advice), "\(message)")
  }

  @Test func modulesListTheirMembers() throws {
    let bench = try ScriptBench(
      """
      local names = {}
      for name, value in pairs(gfnet.exits) do names[#names + 1] = name assert(value == gfnet.exits[name] or value) end
      print(table.concat(names, " "))
      names = {}
      for name in pairs(gfnet.tensor) do names[#names + 1] = name end
      print(table.concat(names, " "))
      print(tostring(gfnet.tensor):match("^gfnet.tensor: "))
      local found = {}
      for name, value in pairs(gfnet) do found[name] = type(value) end
      print(found.tensor, found.load, found.version)
      """)
    #expect(bench.message == "")
    let lines = bench.shown.split(separator: "\n")
    try #require(lines.count == 4)
    let exits = try Self.members(of: "gfnet.exits") + DefinitionRegistry().names(.exits)
    #expect(lines[0] == exits.sorted().joined(separator: " "))
    let tensor = try Self.members(of: "gfnet.tensor")
    #expect(lines[1] == tensor.sorted().joined(separator: " "))
    #expect(lines[2] == "gfnet.tensor: ")
    #expect(lines[3] == "table\tfunction\tstring")
  }

  /// The names of the catalogue's functions and constants of a module.
  private static func members(of name: String) throws -> [String] {
    let module = try #require(Catalog.standard.modules.first { $0.name == name })
    return module.functions.map(\.name) + module.constants.map(\.name)
  }
}

import ArgumentParser
import GlanceFocus

/// Which of the networks in a file of another program is meant.
struct WeightOptions: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help:
      "Take the moving average of the weights, or those themselves (default: the average where there is one)."
  )
  var ema: Bool?

  @Option(
    help: ArgumentHelp("The key in the file under which the weights are; found by default.", valueName: "key")
  )
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "Start of the names of a plain encoder's arrays; found by default.", valueName: "start"))
  var prefix: String?

  var choice: StateDictionary.Choice { .init(ema: ema, weights: weights) }
}

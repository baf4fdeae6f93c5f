import ArgumentParser

/// What processes that were started together, as by `mpirun`, do about a command. Nowhere else is it decided.
enum Teamwork {
  /// All run it as one, and divide trainings and evaluations.
  case joint
  /// The first does it, and the others nothing.
  case first
  /// Each does it by itself and finds its own share. It does not join the others, and neither do programs that it starts.
  case apart

  /// - Parameter command: nil where the command line has none, as where it asks for help or is wrong.
  init(of command: (any ParsableCommand)?) {
    switch command {
    case is RunCommand: self = .joint
    // Each takes runs that nobody else has; a run is a program of its own, and knows of no other.
    case is SweepStart, is SweepWork: self = .apart
    default: self = .first
    }
  }
}

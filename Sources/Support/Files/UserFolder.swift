import Foundation

/// The folders that the program has in a user's home, by the XDG Base Directory Specification.
public enum UserFolder: Sendable {
  /// What can be made again: `$XDG_CACHE_HOME/gfnet-lab` or `~/.cache/gfnet-lab`.
  case cache
  /// What the user has decided: `$XDG_CONFIG_HOME/gfnet-lab` or `~/.config/gfnet-lab`.
  case configuration
  /// What the user has added, as plugins: `$XDG_DATA_HOME/gfnet-lab` or `~/.local/share/gfnet-lab`.
  case data
  /// What is remembered from one time to the next, as a history: `$XDG_STATE_HOME/gfnet-lab` or `~/.local/state/gfnet-lab`.
  case state

  private var place: (variable: String, usual: String) {
    switch self {
    case .cache: ("XDG_CACHE_HOME", ".cache")
    case .configuration: ("XDG_CONFIG_HOME", ".config")
    case .data: ("XDG_DATA_HOME", ".local/share")
    case .state: ("XDG_STATE_HOME", ".local/state")
    }
  }

  /// The folder, which need not be there; nil where the environment names none. A path that is not absolute counts as not set,
  /// as the specification has it.
  public func path(in environment: [String: String] = ProcessInfo.processInfo.environment) -> FilePath? {
    func folder(_ variable: String) -> FilePath? {
      environment[variable].flatMap { $0.hasPrefix("/") ? FilePath($0) : nil }
    }
    return folder(place.variable).map { $0 / "gfnet-lab" }
      ?? folder("HOME").map { $0 / place.usual / "gfnet-lab" }
  }
}

/// The texts of what ran, by the name that messages call it, to show the source of functions.
struct SessionSources {
  private static let most = 10_000
  private var texts: [String: String] = [:]

  subscript(name: String) -> String? {
    get { texts[name] }
    set {
      if texts.count >= Self.most { texts = [:] }
      texts[name] = newValue
    }
  }
}

import OneDNN

/// The library that computes convolutions, poolings and matrix products, for tables of versions.
public enum NumericsLibrary {
  public static let name = "oneDNN"
  /// The version of the library that is loaded, such as `2.6.3`.
  public static var version: String { OneDNNLibrary.version }
}

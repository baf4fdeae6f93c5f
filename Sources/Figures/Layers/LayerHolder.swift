/// Something that layers are drawn into: axes, or a figure, which hands them to its first axes.
///
/// Each kind of layer adds its method here, in the file of the layer, so that figures have it as well.
public protocol LayerHolder {
  /// Changes the axes that layers go to.
  mutating func changeAxes<Failure: Error>(
    _ change: (inout Axes) throws(Failure) -> Void
  ) throws(Failure)
}

extension Axes: LayerHolder {
  public mutating func changeAxes<Failure: Error>(
    _ change: (inout Axes) throws(Failure) -> Void
  ) throws(Failure) {
    try change(&self)
  }
}

extension Figure: LayerHolder {
  public mutating func changeAxes<Failure: Error>(
    _ change: (inout Axes) throws(Failure) -> Void
  ) throws(Failure) {
    try change(&panels[0])
  }
}

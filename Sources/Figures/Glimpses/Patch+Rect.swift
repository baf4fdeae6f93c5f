extension Glimpse.Patch {
  /// The patch on an image that is drawn into `box`, whatever numbers it holds.
  /// - Parameter scale: points per pixel.
  func rect(scale: Double, in box: Rect) -> Rect {
    func sane(_ v: Double) -> Double { v.isFinite ? min(max(v, -1e6), 1e6) : 0 }
    return Rect(
      x: box.x + sane(column) * scale, y: box.y + sane(row) * scale, width: abs(sane(size)) * scale,
      height: abs(sane(size)) * scale)
  }
}

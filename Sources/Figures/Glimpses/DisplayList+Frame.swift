extension DisplayList {
  /// Draws the frame of a part of an image, inside of it so that it is whole at the image's rim as well. White under the line
  /// keeps it visible on any image.
  mutating func frame(_ rect: Rect, _ color: Color, width: Double) {
    let path = Path(rect.inset(by: width / 2))
    stroke(path, Stroke(Color.white.opacity(0.75), width: width + 1))
    stroke(path, Stroke(color, width: width))
  }
}

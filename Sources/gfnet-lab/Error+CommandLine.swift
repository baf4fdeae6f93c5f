import Backbones

extension Error {
  /// The error in one line, with the command that says more where lower layers cannot know of it.
  var commandLineText: String {
    self is UnknownBackbone ? "\(self) (gfnet-lab models list shows all)" : "\(self)"
  }
}

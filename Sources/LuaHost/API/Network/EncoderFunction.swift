import Checkpoints
import Support

/// `gfnet.encoder`.
enum EncoderFunction {
  private static let file = ArgumentKey<FilePath>.path(
    "file", "a file of gfnet-lab models import, or its name; \(CheckpointFormats.usualEndings())")
  private static let backbone = ArgumentKey<String?>(
    "backbone", "which encoder it is; found from the file by default")
  private static let keys = ArgumentKey<String?>(
    "keys", "whose keys the file has, such as timm; found by trying by default")

  static let entry = FunctionEntry(
    "encoder", "Loads an encoder: imported weights, or a state dictionary of timm, torchvision or TSM.",
    [file, .options([backbone, keys] + EncoderOptions.rows + ClipOptions.rows)],
    returns: "encoder", example: "local encoder = gfnet.encoder(\"encoder.safetensors\")",
    discussion: """
      Nothing in a PyTorch file is run: tensors and plain containers are built, everything else is kept as data. Arrays \
      that do not fit the encoder are listed. Where other networks have the same arrays, as with tf_efficientnet_b0 and \
      efficientnet_b0, the name that the training program kept (arch, args.model, …) or the file's name decides; else one \
      must be named as backbone. A file without a classifier gives features and maps.

      Files of TSM (temporal shift module) are encoders of clips: their names say over how many frames channels are \
      exchanged, as TSM_kinetics_RGB_resnet50_shift8_blockres_avg_segment8_e50.pth, or options do. With frames the weights \
      of an image encoder become one of clips as well.
      """, touches: [.readFiles]
  ) { call in
    let encoder = try EncoderHandle(
      contentsOf: EncoderOptions.located(call[file], call), backbone: call[backbone],
      keys: call[keys], prefix: call[EncoderOptions.prefix], choice: EncoderOptions.choice(call),
      shift: ClipOptions.clues(call))
    for note in encoder.notes { call.context.note(note) }
    return Pushed(encoder)
  }
}

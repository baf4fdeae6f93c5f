/// Models, data sets, traces and training as scripts see them.
enum ModelAPI {
  /// Functions of `gfnet`.
  static let functions =
    [LoadFunction.entry, ModelFunction.entry, EncoderFunction.entry] + DatasetFunctions.functions
    + PictureFunctions.functions + [FetchFunction.entry] + ModelTrace.functions + TrainFunction.functions

  static let classes = [
    ModelClass.entry, EncoderClass.entry, DatasetClass.entry, TraceClass.entry, EvaluationHandle.entry,
    CurveHandle.entry, InferenceClass.entry, StreamClass.entry, StepViewClass.entry, SamplerRandom.entry,
  ]
}

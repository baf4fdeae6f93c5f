/// Models, data sets, traces and training as scripts see them.
enum ModelAPI {
  /// Functions of `gfnet`.
  static let functions =
    [LoadFunction.entry, ModelFunction.entry, EncoderFunction.entry] + DatasetFunctions.functions
    + PictureFunctions.functions + [VideoClass.open, FetchFunction.entry] + ModelTrace.functions
    + TrainFunction.functions

  static let classes =
    [
      ModelClass.entry, EncoderClass.entry, DatasetClass.entry, DatasetBatches.entry, ImageBatchClass.entry,
      VideoClass.entry,
      TraceClass.entry, EvaluationHandle.entry,
      ExplanationHandle.entry,
      CurveHandle.entry, RiskControlHandle.entry, RiskTrialsHandle.entry, InferenceClass.entry,
      StreamClass.entry, StepViewClass.entry, SamplerRandom.entry,
      MemoryClass.entry, StepResultClass.entry, CounterClass.entry, EpisodeClass.entry,
      EpisodeStepClass.entry, StepperClass.entry, StepperStateClass.entry,
    ] + PartClasses.all
}

import Communication
import GlanceFocus

/// `model:infer`: the live adaptive loop.
enum ModelInference {
  private static let images = ArgumentKey<LuaValue>(
    FunctionParameter(
      "images", .either([.object("dataset"), .object("tensor"), .string, .table]),
      "a data set, one or several of its entries, an image (C×H×W, values from 0 to 1), several (N×C×H×W), or paths of pictures"
    ))

  static var method: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "infer", "Classifies images step by step; each leaves when the exit rule is satisfied.",
      [images, .options(RunOptions.live + [ViewOptions.mean])],
      returns: "inference, or for a single image its result",
      example: """
        local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
        model:infer(gfnet.dataset("clutter-fashion", {limit = 8}), {exit = 0.9})
        """,
      discussion: """
        A result has prediction, label, confidence, steps, madds and path. Classes, steps and pixels count from 1: \
        path lists the top-left pixels {row, column} of the patches of steps 2, 3, …; it is empty for an image that \
        left after the glance. label is nil when the class is not known. image is its number in the data set, source \
        its name there. A picture named by its path is resized until its shorter side is the image size / 0.875, and \
        its centre is taken.

        With a deadline an image leaves with its best answer so far when another step is expected to end too late; how \
        long steps take is measured on blank images first and learned as the run goes. The glance is always taken. \
        seconds of a result is the wall-clock time from the start of its glance to its answer.

        Where several items in a row are clips and crops of one video (data.views of them), each leaves by itself, and videos \
        has the means of their answers: accuracy in percent, madds per video, and [i] with video, prediction, name, label, \
        confidence, madds. How it would be if the views of a video left together, trace:over_views tells.

        Of a run on several machines each rank runs its share of the images, unless there is a deadline or the rule \
        steers the whole run: then the first runs all of them.
        """, touches: [.clock], mayTouch: [.readFiles]
    ) { model, call in
      let input = try ModelImages(
        call[images], for: model.configuration, on: call.stack, "model:infer")
      let (runner, rule, check) = try RunSetup.live(model, call, "model:infer")
      let (deadline, mean) = (try call[RunOptions.deadline], try call[ViewOptions.mean])
      let run = try DamageNote.telling(input.images, call.context) {
        try model.running {
          try call.context.dividing { communicator in
            try runner.infer(
              input.images, rule: rule, deadline: deadline, mean: mean,
              over: input.isSingle ? SingleProcess() : communicator)
          }
        }
      }
      if let videos = run.videos {
        ViewOptions.tell(videos.leftOut, of: videos.leftOut + videos.results.count, call.context)
      }
      try check.tell()
      let inference = InferenceHandle(run: run, images: input.images, classNames: input.classNames)
      return input.isSingle
        ? LuaResults(inference.result(0)) : LuaResults(Pushed(inference))
    }
  }
}

import Testing

/// Processes that Slurm's `srun` has started, as their environment says.
@Suite struct SrunTests {
  private static let step = ["SLURM_STEP_NUM_TASKS": "4", "SLURM_STEP_NUM_NODES": "2", "SLURM_PROCID": "0"]
  private static let wayOut = "type salloc -N 2 -n 4 mpirun gfnet-lab … instead"

  @Test func theFirstOfThoseThatCannotBeJoinedSaysWhatToType() throws {
    let program = try Program()
    try program.write("s.lua", "print(gfnet.rank, gfnet.ranks)")
    let first = try program.run("run", "s.lua", "--no-cache", environment: Self.step)
    #expect(first.status == 0 && first.output == "0\t1\n")
    #expect(first.errors.contains("srun has started 4 processes that do not know each other"))
    #expect(first.errors.contains(Self.wayOut), "\(first.errors)")
    let other = try program.run(
      "run", "s.lua", "--no-cache", environment: Self.step.merging(["SLURM_PROCID": "3"]) { $1 })
    #expect(other.status == 0 && !other.errors.contains("srun"), "\(other.errors)")
    // One process has nobody to join, and what mpirun has started within a step is mpirun's.
    for environment in [
      ["SLURM_STEP_NUM_TASKS": "1", "PMIX_RANK": "0"], Self.step.merging(["GFNET_LAB_MPI": "off"]) { $1 },
    ] {
      let alone = try program.run("run", "s.lua", "--no-cache", environment: environment)
      #expect(alone.status == 0 && !alone.errors.contains("srun"), "\(alone.errors)")
    }
  }

  @Test(arguments: [["PMI_RANK": "0", "PMI_SIZE": "4"], ["PMIX_RANK": "0"]])
  func whereTheLibraryIsMissingIsALineWithWhatToType(_ started: [String: String]) throws {
    let program = try Program()
    let result = try program.run(
      "--version",
      environment: Self.step.merging(started) { $1 }.merging(["GFNET_LAB_MPI": "/nowhere/libmpi.so"]) { $1 })
    #expect(result.status == 1 && result.complaints.count == 1, "\(result.errors)")
    #expect(
      result.errors.contains("/nowhere/libmpi.so") && result.errors.contains(Self.wayOut), "\(result.errors)")
  }
}

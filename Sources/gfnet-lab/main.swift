print("gfnet-lab")

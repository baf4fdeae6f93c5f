loadcount = (rawget(_G, "loadcount") or 0) + 1

"""Networks from files of other tools: ONNX graphs and SCALE-Sim topologies."""

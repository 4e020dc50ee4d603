"""CudnnRNN, which runs on GPUs alone, becomes matrix products and functional loops that run anywhere.

`canonical` gives the nodes the weights that the checkpoint holds in place of cuDNN's opaque buffer; `weights` brings
either into one form; `cells` is the arithmetic of one step, `network` layers and directions, `portable` the pass.
"""

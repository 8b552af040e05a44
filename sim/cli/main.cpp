#include "sim/cli/program.hpp"

int main(int argc, char** argv) { return tokenlife::sim::program(argc, argv); }

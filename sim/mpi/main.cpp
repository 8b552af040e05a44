// `tokenlife-mpi`: `tokenlife`'s run and sweep on the ranks of an MPI job.
#include <cstdio>

#include "sim/cli/program.hpp"
#include "sim/mpi/mpi_ranks.hpp"

int main(int argc, char** argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
  if (provided != MPI_THREAD_MULTIPLE) {
    std::fputs("tokenlife-mpi: this MPI takes no calls from several threads; use another\n",
               stderr);
    MPI_Abort(MPI_COMM_WORLD, 3);
  }
  int status = 0;
  {
    tokenlife::sim::MpiRanks ranks;
    status = tokenlife::sim::program(argc, argv, &ranks);
    // The others wait for what does not come.
    if (status == tokenlife::sim::kBugStatus) MPI_Abort(MPI_COMM_WORLD, status);
    status = ranks.status_for_all(status);
  }
  MPI_Finalize();
  return status;
}

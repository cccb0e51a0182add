const MIB = 1024 * 1024;

/**
 * What one environment of a Web Function has (Lambda, Web Functions: 2 GB of memory, 1 Gbps, 2 vCPU), shared by all
 * requests that it serves at a time.
 *
 * Every byte comes in and goes out, so clients share about 60 MB/s. Eight requests at a time have 7 MB/s each at least:
 * enough for 6 GiB in the 15 minutes of a request. Another environment starts for what is more.
 */
export const REQUESTS_AT_A_TIME = 8;

/**
 * bytes for all parts that are being filled or sent. Eight requests with three parts of 16 MiB, which have room for 24 each,
 * take 576 MiB; the large parts of an upload of hundreds of gigabytes wait for each other. What is left of the 2 GB is for
 * Node, for what sockets hold, and for 5 MiB of each request that are looked at before they become a part.
 */
export const PART_MEMORY = 1024 * MIB;

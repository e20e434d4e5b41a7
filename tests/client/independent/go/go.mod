module jielong.example/participant

go 1.19
